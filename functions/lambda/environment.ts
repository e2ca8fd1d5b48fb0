import type * as z from "zod/mini";

/** The process's environment: what it holds is texts, and nothing of it is known until its schema has parsed it. */
export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * What a deployed function is told (shared/wire/environment.ts). Throws one Error that names every variable that is
 * missing or wrong, without its value; Lambda then does not start the function at all.
 */
export function readEnvironment<T>(schema: z.ZodMiniType<T>, variables: Variables): T {
  const parsed = schema.safeParse(variables);
  if (parsed.success) return parsed.data;
  const names = new Set(parsed.error.issues.map(({ path }) => String(path[0])));
  const problems = [...names].map((name) =>
    variables[name] === undefined ? `${name} is missing` : `${name} is not as it has to be`,
  );
  throw new Error(
    `The function's environment is not usable: ${problems.join(", ")}. Redeploy the service stack, which sets it.`,
  );
}

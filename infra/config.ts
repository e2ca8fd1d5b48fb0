import * as z from "zod/mini";
import { defaultPrefix } from "../shared/names.ts";

// Lambda names have at most 64 characters: 40 leave room for "-" and the longest function name.
const nameSchema = z
  .string("must be a text")
  .check(
    z.regex(/^[a-z][a-z0-9-]{0,39}$/, "must be 1-40 lower-case letters, digits or hyphens, a letter first"),
  );

const configSchema = z.strictObject({ prefix: nameSchema, tenant: nameSchema });

/** What a deployment may choose: `prefix` of all physical names, and the one `tenant` it serves. */
export type Config = z.infer<typeof configSchema>;

/** The settings given as `-c prefix=…` and `-c tenant=…`; throws an Error that names every wrong one. */
export function readConfig(readSetting: (key: keyof Config) => unknown): Config {
  const parsed = configSchema.safeParse({
    prefix: readSetting("prefix") ?? defaultPrefix,
    tenant: readSetting("tenant") ?? "default",
  });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
  throw new Error(`The deployment's settings are not valid: ${problems.join("; ")}. Correct -c or cdk.json.`);
}

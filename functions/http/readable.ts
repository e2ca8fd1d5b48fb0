import type * as z from "zod/mini";

/** What a part of a request said; `detail` tells the caller what to send instead and quotes no library. */
export type Readable<T> =
  | { readonly outcome: "read"; readonly value: T }
  | { readonly outcome: "unreadable"; readonly detail: string };

export function read<T>(value: T): Readable<T> {
  return { outcome: "read", value };
}

export function unreadable(detail: string): { readonly outcome: "unreadable"; readonly detail: string } {
  return { outcome: "unreadable", detail };
}

/** Applies a schema; `what` names the part of the request ("body", "query"). */
export function readBy<T>(schema: z.ZodMiniType<T>, value: unknown, what: string): Readable<T> {
  const result = schema.safeParse(value);
  if (result.success) return read(result.data);
  const problems = result.error.issues.slice(0, 5).map((issue) => describeIssue(issue, what));
  return unreadable(problems.join(" "));
}

function describeIssue(issue: z.core.$ZodIssue, what: string): string {
  const place = issue.path.length === 0 ? `The ${what}` : `"${quote(issue.path.join("."))}" of the ${what}`;
  if (issue.code === "unrecognized_keys") {
    const keys = issue.keys.slice(0, 5).map((key) => `"${quote(key)}"`);
    return `${place} has no field ${keys.join(", ")}: leave it out.`;
  }
  if (issue.code === "invalid_type") return `${place} has to be there as ${issue.expected}.`;
  if (issue.code === "too_big") return `${place} is too large: send at most ${issue.maximum}.`;
  if (issue.code === "too_small") return `${place} is too small: send at least ${issue.minimum}.`;
  if (issue.code === "invalid_value")
    return `${place} has to be one of ${issue.values.map(String).join(", ")}.`;
  return `${place} is not one of the values that /openapi.json describes.`;
}

/** The caller's own words, short and on one line. */
function quote(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, 80);
}

import type { Finding } from "../../../shared/guardrails/finding.ts";

/** Each finding as its kind and the part of the text it names: `email ada@example.org`. */
export function showFindings(text: string, findings: readonly Finding[]): string[] {
  return findings.map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`);
}

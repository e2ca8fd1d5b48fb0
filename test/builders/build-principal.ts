import type { Machine, Person } from "../../shared/domain/principal.ts";

/** Somebody who signed in, with every scope; roles and pools as the token's groups say. */
export function buildPrincipal(subject: string, groups: readonly string[] = []): Person {
  return {
    kind: "person",
    subject,
    name: subject,
    groups,
    scopes: ["countersign/read", "countersign/run", "countersign/decide"],
    authenticatedAt: 1_795_348_800,
    clientId: "web",
  };
}

export function buildMachinePrincipal(subject = "ci"): Machine {
  return { kind: "machine", subject, clientId: subject, scopes: ["countersign/run"] };
}

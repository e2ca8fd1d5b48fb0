import type { Decider } from "../../shared/domain/decider.ts";
import { poolIdSchema } from "../../shared/domain/ids.ts";

type Person = Extract<Decider, { kind: "person" }>;

/** A signed-in person; without `pools` somebody of no pool. */
export function buildPerson(
  subject: string,
  { pools = [], ...over }: Partial<Omit<Person, "pools">> & { readonly pools?: readonly string[] } = {},
): Person {
  return {
    kind: "person",
    subject,
    name: subject,
    pools: pools.map((pool) => poolIdSchema.parse(pool)),
    isAuditor: false,
    isAdmin: false,
    authenticatedAt: 1_795_348_800,
    ...over,
  };
}

export function buildMachine(subject = "service"): Decider {
  return { kind: "machine", subject };
}

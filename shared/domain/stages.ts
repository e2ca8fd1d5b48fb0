import { canonicalize } from "../ledger/canonical-json.ts";
import type { JsonValue } from "../ledger/json-value.ts";
import type { Sha256 } from "../ledger/sha256.ts";
import { InvariantBroken } from "./errors.ts";
import { type PoolId, poolIdSchema, type Sha256Hex, sha256HexSchema } from "./ids.ts";
import type { Pool } from "./pool.ts";
import type { Requester } from "./requester.ts";
import { type Refused, refuse } from "./refusal.ts";
import type { Stage } from "./requirement.ts";
import type { StageRule } from "./tiers.ts";
import type { Tool } from "./tool.ts";

/** The effective policy of a tool: today the floor that its code lays. The hash is frozen on the requirement. */
export interface EffectivePolicy {
  readonly stages: readonly StageRule[];
  readonly hash: Sha256Hex;
}

export function policyOf(tool: Tool, sha256: Sha256): EffectivePolicy {
  const stages = tool.gate.mode === "people" ? tool.gate.stages : [];
  const rules = stages.map((stage) => ({ ...stage }));
  return { stages, hash: hashJson({ v: 1, mode: tool.gate.mode, stages: rules }, sha256) };
}

/** Changes whenever what the tool takes or how it is gated changes; an approval of another version does not run. */
export function toolVersionOf(tool: Tool, sha256: Sha256): Sha256Hex {
  const { name, parameters, idempotent } = tool;
  return hashJson({ v: 1, name, parameters, idempotent, policy: policyOf(tool, sha256).hash }, sha256);
}

/** SHA-256 over the canonical JSON of a value that we made ourselves. */
export function hashJson(value: JsonValue, sha256: Sha256): Sha256Hex {
  const canonical = canonicalize(value);
  if (!canonical.ok)
    throw new InvariantBroken(`A value of our own has no canonical JSON: ${canonical.message}`);
  return sha256HexSchema.parse(sha256(new TextEncoder().encode(canonical.text)));
}

/** The stages as a new requirement has them: the first one open. */
export function openStages(rules: readonly StageRule[]): Stage[] {
  return rules.map((rule, index) => ({
    by: rule.by === "asker" ? "asker" : rule.by.map((pool) => poolIdSchema.parse(pool)),
    need: rule.approvals,
    rejections: rule.rejections,
    status: index === 0 ? "open" : "waiting",
    votes: [],
  }));
}

/** Which rule asked, in words. */
export function describeRule(tool: string, rules: readonly StageRule[]): string {
  const parts = rules.map((rule) => {
    if (rule.by === "asker") return "the asker confirms";
    const people = rule.approvals === 1 ? "one approver" : `${rule.approvals} approvers`;
    return `${people} of pool ${rule.by.join(" or ")} ${rule.approvals === 1 ? "signs" : "sign"} off`;
  });
  return `${tool}: ${parts.join(", then ")}.`;
}

export function poolsOf(rules: readonly StageRule[]): readonly PoolId[] {
  const pools = rules.flatMap((rule) => (rule.by === "asker" ? [] : rule.by));
  return [...new Set(pools)].map((pool) => poolIdSchema.parse(pool));
}

/**
 * Whether enough people are left to decide after removing asker and owner, and whether the asker stages have a person.
 * Unknown pools have no members.
 */
export function checkSatisfiable(
  rules: readonly StageRule[],
  requester: Requester,
  owner: string | undefined,
  pools: ReadonlyMap<string, Pool>,
): Refused | undefined {
  for (const [index, rule] of rules.entries()) {
    if (rule.by === "asker") {
      if (requester.kind === "person") continue;
      return refuse(
        "unsatisfiable_policy",
        `Stage ${index + 1} waits for the asker, but a machine started this run: start it with a person's token.`,
      );
    }
    const all = new Set(rule.by.flatMap((pool) => pools.get(pool)?.members ?? []));
    const left = [...all].filter((member) => member !== requester.subject && member !== owner);
    if (left.length >= rule.approvals) continue;
    const [pool] = rule.by;
    const members = left.length === 1 ? "member" : "members";
    return refuse(
      "unsatisfiable_policy",
      `Pool "${rule.by.join(" or ")}" has ${left.length} eligible ${members} after removing the asker, but stage ${index + 1} needs ${rule.approvals}: add a member (countersign pools add ${pool ?? ""} …) or lower approvals.`,
    );
  }
  return undefined;
}

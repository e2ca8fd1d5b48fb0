import type { Sha256 } from "../ledger/sha256.ts";
import { actionDigest, type Digest } from "./digest.ts";
import type { Requirement } from "./requirement.ts";

/** What of a requirement its digest covers. Previews and facts of the target come later; until then they are null. */
export type DigestedRequirement = Pick<
  Requirement,
  "tenant" | "run" | "id" | "version" | "agent" | "tool" | "toolVersion" | "input" | "policyHash"
>;

/**
 * The action digest of a requirement: computed when people are asked, and again over what is stored before the call
 * runs. Both use this one function, so nothing can be covered by one and not by the other.
 */
export function digestOfRequirement(requirement: DigestedRequirement, sha256: Sha256): Digest {
  const { tenant, run, id, version, agent, tool, toolVersion, input, policyHash } = requirement;
  const frozen = { v: 1, previewHash: null, facts: null } as const;
  return actionDigest(
    { ...frozen, tenant, run, requirement: id, version, agent, tool, toolVersion, input, policyHash },
    sha256,
  );
}

import type { Sha256 } from "../ledger/sha256.ts";
import { actionDigest, type Digest } from "./digest.ts";
import type { Requirement } from "./requirement.ts";

/** What of a requirement its digest covers. Previews come later; until then their hash is null. */
export type DigestedRequirement = Pick<
  Requirement,
  | "tenant"
  | "run"
  | "id"
  | "version"
  | "agent"
  | "tool"
  | "toolVersion"
  | "input"
  | "policyHash"
  | "digestSalt"
>;

/** What the digest has as `facts`: a salt, so that whoever has the digest alone cannot try guesses on it. */
export function factsOf({ digestSalt }: Pick<Requirement, "digestSalt">): { readonly salt: string } | null {
  return digestSalt === undefined ? null : { salt: digestSalt };
}

/**
 * The action digest of a requirement: computed when people are asked, and again over what is stored before the call
 * runs. Both use this one function, so nothing can be covered by one and not by the other.
 */
export function digestOfRequirement(requirement: DigestedRequirement, sha256: Sha256): Digest {
  const { tenant, run, id, version, agent, tool, toolVersion, input, policyHash } = requirement;
  const frozen = { v: 1, previewHash: null, facts: factsOf(requirement) } as const;
  return actionDigest(
    { ...frozen, tenant, run, requirement: id, version, agent, tool, toolVersion, input, policyHash },
    sha256,
  );
}

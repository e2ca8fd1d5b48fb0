import { canonicalize, type CanonicalJson } from "../ledger/canonical-json.ts";
import type { JsonValue } from "../ledger/json-value.ts";
import type { Sha256 } from "../ledger/sha256.ts";
import {
  type AgentName,
  type RequirementId,
  type RunId,
  type Sha256Hex,
  sha256HexSchema,
  type Tenant,
  type ToolName,
} from "./ids.ts";

/** What a call would do, whoever asks for it: the memory of rejected calls compares this. */
export interface ProposedInput {
  readonly tool: ToolName;
  readonly input: JsonValue;
}

/** Everything an approval is bound to; docs/digest.md says what each field is. */
export interface Action {
  readonly v: 1;
  readonly tenant: Tenant;
  readonly run: RunId;
  readonly requirement: RequirementId;
  /** The requirement's version, which every edit raises. */
  readonly version: number;
  readonly agent: AgentName;
  readonly tool: ToolName;
  readonly toolVersion: string;
  readonly input: JsonValue;
  readonly previewHash: Sha256Hex | null;
  /** What the policy was judged by, frozen when people were asked. */
  readonly facts: { readonly [name: string]: JsonValue } | null;
  readonly policyHash: Sha256Hex | null;
}

/** Refused, with the reason of `canonicalize`, is only what has no canonical JSON. */
export type Digest =
  | { readonly ok: true; readonly digest: Sha256Hex }
  | Extract<CanonicalJson, { readonly ok: false }>;

/** SHA-256 over JCS{tool, input}. */
export function inputDigest({ tool, input }: ProposedInput, sha256: Sha256): Digest {
  return digestOf({ tool, input }, sha256);
}

/** The action digest: SHA-256 over JCS of all twelve fields of `Action` and no other. */
export function actionDigest(action: Action, sha256: Sha256): Digest {
  // Named one by one, so that a property too many cannot get in and one too few is undefined, which JCS refuses.
  const covered = {
    v: action.v,
    tenant: action.tenant,
    run: action.run,
    requirement: action.requirement,
    version: action.version,
    agent: action.agent,
    tool: action.tool,
    toolVersion: action.toolVersion,
    input: action.input,
    previewHash: action.previewHash,
    facts: action.facts,
    policyHash: action.policyHash,
  } satisfies Action;
  return digestOf(covered, sha256);
}

function digestOf(covered: JsonValue, sha256: Sha256): Digest {
  const canonical = canonicalize(covered);
  if (!canonical.ok) return canonical;
  const hash = sha256(new TextEncoder().encode(canonical.text));
  return { ok: true, digest: sha256HexSchema.parse(hash) };
}

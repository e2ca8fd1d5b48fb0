import type { JsonValue } from "../ledger/json-value.ts";
import { type Commitments, type Committing, commitTo } from "./commitment.ts";
import { requestedEntry } from "./entry-ids.ts";
import type { Requirement } from "./requirement.ts";

/** What a sealed entry says that people were asked for. */
export interface SealedRequest {
  readonly id: string;
  readonly run?: string | undefined;
  readonly call?: string | undefined;
  readonly requirement?: string | undefined;
  readonly version?: number | undefined;
  readonly agent?: string | undefined;
  readonly tool?: string | undefined;
  readonly digest?: string | undefined;
  /** Of requests that were sealed before there were commitments. */
  readonly inputDigest?: string | undefined;
  readonly commitments?: Commitments | undefined;
  readonly policyHash?: string | undefined;
  /** For whom the run acts. */
  readonly actor: { readonly kind: string; readonly subject: string };
}

/**
 * Compares a requirement's row with what was sealed when it was asked. The sealed entry stood before anybody decided, so
 * a row that was written or changed since then shows here, whoever wrote it.
 */
export function judgeRequest(
  requirement: Requirement,
  sealed: readonly SealedRequest[],
): "as-asked" | "different" | "missing" {
  const id = requestedEntry(requirement.id, requirement.version);
  const request = sealed.find((entry) => entry.id === id);
  if (request === undefined) return "missing";
  const { run, call, version, agent, tool, digest, inputDigest, policyHash, requester } = requirement;
  const isSame =
    request.run === run &&
    request.call === call &&
    request.requirement === requirement.id &&
    request.version === version &&
    request.agent === agent &&
    request.tool === tool &&
    request.digest === digest &&
    (request.inputDigest ?? inputDigest) === inputDigest &&
    request.policyHash === policyHash &&
    request.actor.kind === requester.kind &&
    request.actor.subject === requester.subject;
  return isSame ? "as-asked" : "different";
}

/**
 * Whether this input is the one that was committed to when people were asked. A run without a key in `vault`, and with it
 * its requests, is from before there were commitments; where only one of the two has something, it is not the one.
 */
export function isCommittedInput(
  { id, version }: Pick<Requirement, "id" | "version">,
  input: JsonValue,
  sealed: readonly SealedRequest[],
  committing: Committing | undefined,
): boolean {
  const entryId = requestedEntry(id, version);
  const request = sealed.find((entry) => entry.id === entryId);
  const { commitments } = commitTo(committing, entryId, { input });
  return request !== undefined && request.commitments?.input === commitments?.input;
}

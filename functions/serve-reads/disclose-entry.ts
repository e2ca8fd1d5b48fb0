import type * as z from "zod/mini";
import {
  type CommitmentName,
  commitmentNames,
  commitmentOf,
  type CommittedValues,
  type Committing,
  saltOf,
} from "../../shared/domain/commitment.ts";
import { executionSchema, isEnded, resultOf } from "../../shared/domain/execution.ts";
import { callIdSchema, requirementIdSchema, type RunId, runIdSchema } from "../../shared/domain/ids.ts";
import { type Refused, refuse } from "../../shared/domain/refusal.ts";
import { requirementSchema } from "../../shared/domain/requirement.ts";
import { openCallSchema } from "../../shared/domain/steps.ts";
import { encodeHex } from "../../shared/ledger/hex.ts";
import type { Item, ItemKey } from "../../shared/ports/store.ts";
import { decisionRowSchema } from "../../shared/records/decision-records.ts";
import { callKey, decisionKey, executionKey, requirementKey } from "../../shared/records/keys.ts";
import { loadDecider } from "../../shared/records/decider-records.ts";
import { parseItem } from "../../shared/records/loaded.ts";
import { loadCommitting } from "../../shared/records/vault-records.ts";
import { type DisclosureView, emptyBodySchema } from "../../shared/wire/api.ts";
import { type LedgerEntry, parseLedgerEntry } from "../../shared/wire/ledger-entry.ts";
import { type Answered, answer } from "../http/answer.ts";
import type { SignedInRequest } from "../http/create-app.ts";
import { readBody, readIdempotencyKey } from "../http/read-request.ts";
import type { ServeReadsParts } from "./parts.ts";
import { recordAccess } from "./record-observation.ts";

const indexForm = /^(?:0|[1-9][0-9]{0,14})$/;

/**
 * `POST /ledger/entries/{index}/disclose`: the values that an entry commits to, each with the salt that opens its
 * commitment. For auditors, and never before it is recorded that they were given them.
 */
export async function discloseEntry(
  parts: ServeReadsParts,
  request: SignedInRequest,
): Promise<Answered | Refused> {
  const { principal, params, headers, body } = request;
  const index = params["index"] ?? "";
  const { decider } = await loadDecider(parts.store, parts.tenant, principal);
  const isAuditor = decider.kind === "person" && decider.isAuditor;
  const entry = isAuditor && indexForm.test(index) ? await findEntry(parts, Number(index)) : undefined;
  if (entry === undefined) return refuse("not_found", "There is no such entry, or it is not yours to open.");
  const empty = readBody(emptyBodySchema, body);
  if (empty.outcome === "unreadable") return refuse("invalid_input", empty.detail);
  const key = readIdempotencyKey(headers);
  if (key.outcome === "unreadable") return refuse("invalid_input", key.detail);
  return disclose(parts, decider.subject, Number(index), entry);
}

async function findEntry({ ledger }: ServeReadsParts, index: number): Promise<LedgerEntry | undefined> {
  const block = await ledger.blockOf(index);
  const text = block?.entries[index - block.from];
  return text === undefined ? undefined : parseLedgerEntry(text);
}

async function disclose(
  parts: ServeReadsParts,
  subject: string,
  index: number,
  entry: LedgerEntry,
): Promise<Answered | Refused> {
  const names = commitmentNames.filter((name) => entry.commitments?.[name] !== undefined);
  const run = runIdSchema.safeParse(entry.run).data;
  if (run === undefined || names.length === 0) return answer(showDisclosure(index, entry, []));
  const [committing, values] = await Promise.all([
    loadCommitting(parts.store, parts.tenant, run, parts),
    loadValues(parts, entry, run),
  ]);
  if (committing === undefined) {
    return refuse(
      "erased",
      `The key of ${run} was erased, so nobody can open what entry ${index} commits to any more.`,
    );
  }
  const disclosures = names.map((name) => discloseOne(committing, entry, name, values));
  if (disclosures.some(({ value, opens }) => value !== undefined && !opens)) {
    parts.log({ level: "alarm", event: "commitment-not-opened", run, count: index });
  }
  // Before anything is given: a value that nobody is on record for does not leave.
  await recordAccess(parts, subject, { index, entry });
  return answer(showDisclosure(index, entry, disclosures));
}

type Disclosure = DisclosureView["disclosures"][number];

function showDisclosure(
  index: number,
  { id }: LedgerEntry,
  disclosures: readonly Disclosure[],
): DisclosureView {
  return { index, entry: id, disclosures: [...disclosures] };
}

function discloseOne(
  committing: Committing,
  { id, commitments }: LedgerEntry,
  name: CommitmentName,
  values: CommittedValues,
): Disclosure {
  const salt = saltOf(committing, id, name);
  const commitment = commitments?.[name] ?? "";
  const shown = { name, commitment, salt: encodeHex(salt) };
  const value = values[name];
  if (value === undefined) return { ...shown, opens: false };
  return { ...shown, value, opens: commitmentOf(salt, value, committing.sha256) === commitment };
}

/** What the rows of the entry's event hold now: the input of that version, that person's comment, that call's result. */
async function loadValues(
  { store, tenant }: ServeReadsParts,
  { id, requirement, version, call, actor }: LedgerEntry,
  run: RunId,
): Promise<CommittedValues> {
  const requirementId = requirementIdSchema.safeParse(requirement).data;
  const callId = callIdSchema.safeParse(call).data;
  const asked = requirementId && requirementKey(tenant, requirementId);
  const voted = requirementId && decisionKey(tenant, requirementId, version ?? 1, actor.subject);
  const opened = callId && callKey(tenant, run, callId);
  const executed = callId && executionKey(tenant, run, callId);
  const keys = [asked, voted, opened, executed].filter((key) => key !== undefined);
  const items = keys.length === 0 ? [] : await store.get(keys);
  const itemAt = (key: ItemKey | undefined): Item | undefined =>
    key === undefined ? undefined : items[keys.indexOf(key)];
  const requirementRow = parse(itemAt(asked), requirementSchema);
  const vote = parse(itemAt(voted), decisionRowSchema);
  const execution = parse(itemAt(executed), executionSchema);
  const openCall = parse(itemAt(opened), openCallSchema);
  const isThisVersion = requirementRow !== undefined && requirementRow.version === version;
  return {
    input: isThisVersion ? requirementRow.input : openCall?.input,
    comment: vote?.comment,
    members: vote?.members,
    result: execution?.lastEntry === id && isEnded(execution) ? resultOf(execution) : undefined,
  };
}

function parse<T>(item: Item | undefined, schema: z.ZodMiniType<T>): T | undefined {
  return item === undefined ? undefined : parseItem(item, schema).value;
}

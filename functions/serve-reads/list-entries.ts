import { type Refused, refuse } from "../../shared/domain/refusal.ts";
import { MalformedRecord } from "../../shared/domain/errors.ts";
import type { AppendedEntry, LedgerStore } from "../../shared/ports/ledger-store.ts";
import { loadDecider } from "../../shared/records/decider-records.ts";
import { readSealedSize } from "../../shared/records/seal-records.ts";
import {
  type LedgerEntryView,
  type LedgerQuery,
  ledgerQuerySchema,
  type ListView,
} from "../../shared/wire/api.ts";
import { parseLedgerEntry } from "../../shared/wire/ledger-entry.ts";
import { type Answered, answer } from "../http/answer.ts";
import type { SignedInRequest } from "../http/create-app.ts";
import { limitOf, readQuery } from "../http/read-request.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import type { ServeReadsParts } from "./parts.ts";
import { seeRequirement } from "./see-requirement.ts";

const entryPosition = /^(?:0|[1-9][0-9]{0,14})$/;

/** Blocks that one request looks at, each of up to 49 entries; a filter that finds little then answers a short page. */
const mostBlocks = 200;
const blocksAtOnce = 25;

interface EntryPage {
  readonly entries: readonly AppendedEntry[];
  /** The index at which the next page begins. */
  readonly next: number | undefined;
}

/** `GET /ledger/entries`: oldest first; all for auditors, those of a requirement for whoever may see it. */
export async function listEntries(
  parts: ServeReadsParts,
  request: SignedInRequest,
): Promise<Answered | Refused> {
  const asked = readQuery(ledgerQuerySchema, request.query);
  if (asked.outcome === "unreadable") return refuse("invalid_input", asked.detail);
  const { requirement, cursor } = asked.value;
  const refused = await refuseListing(parts, request, requirement);
  if (refused !== undefined) return refused;
  const start = readCursor(cursor, entryPosition);
  if (start.outcome === "unreadable") return refuse("invalid_input", start.detail);
  const from = Number(start.value ?? 0);
  const isWanted = wanted(asked.value);
  const limit = limitOf(asked.value);
  const page =
    requirement === undefined
      ? await scanLedger(parts.ledger, from, limit, isWanted)
      : cutPage((await parts.ledger.entriesOf(requirement)).filter(isWanted), from, limit);
  return answer(showPage(page, await readSealedSize(parts.store, parts.tenant)));
}

/** Without a requirement it is the whole ledger that is asked for. */
async function refuseListing(
  parts: ServeReadsParts,
  { principal }: SignedInRequest,
  requirement: string | undefined,
): Promise<Refused | undefined> {
  if (requirement === undefined) {
    const { decider } = await loadDecider(parts.store, parts.tenant, principal);
    if (decider.kind === "person" && decider.isAuditor) return undefined;
    return refuse(
      "not_found",
      "The ledger as a whole is for auditors: add requirement= with one that you may see.",
    );
  }
  const seen = await seeRequirement(parts, { principal, params: { requirement } });
  return seen.outcome === "refused" ? seen : undefined;
}

function wanted({ kind, from, to }: LedgerQuery): (appended: AppendedEntry) => boolean {
  const earliest = from === undefined ? -Infinity : Date.parse(from);
  const latest = to === undefined ? Infinity : Date.parse(to);
  return ({ entry }) =>
    (kind === undefined || entry.kind === kind) && entry.at >= earliest && entry.at < latest;
}

async function scanLedger(
  ledger: LedgerStore,
  from: number,
  limit: number,
  isWanted: (appended: AppendedEntry) => boolean,
): Promise<EntryPage> {
  const found: AppendedEntry[] = [];
  let next = (await ledger.blockOf(from))?.from;
  for (let blocks = 0; next !== undefined && blocks < mostBlocks; blocks += blocksAtOnce) {
    const page = await ledger.blocks(next, blocksAtOnce);
    for (const { from: first, entries } of page) {
      const read = entries.map((text, place) => readEntry(text, first + place));
      found.push(...read.filter((appended) => appended.index >= from && isWanted(appended)));
      next = first + entries.length;
    }
    if (found.length > limit) return { entries: found.slice(0, limit), next: found[limit]?.index };
    if (page.length < blocksAtOnce) next = undefined;
  }
  return { entries: found, next };
}

function cutPage(entries: readonly AppendedEntry[], from: number, limit: number): EntryPage {
  const rest = entries.filter(({ index }) => index >= from);
  return { entries: rest.slice(0, limit), next: rest[limit]?.index };
}

function readEntry(text: string, index: number): AppendedEntry {
  const entry = parseLedgerEntry(text);
  if (entry !== undefined) return { entry, text, index };
  throw new MalformedRecord(`Entry ${index} of the ledger is not readable; nothing is done by it.`);
}

function showPage({ entries, next }: EntryPage, sealedSize: number): ListView<LedgerEntryView> {
  return {
    items: entries.map(({ entry, index }) => ({ index, sealed: index < sealedSize, entry })),
    nextCursor: next === undefined ? null : writeCursor(String(next)),
  };
}

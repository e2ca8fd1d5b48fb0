import { makeBlock, readLastFrontier } from "../../shared/ledger/block.ts";
import type { HashBytes } from "../../shared/ledger/merkle-hash.ts";
import type { Log, StreamOutcome, StreamRecord } from "../../shared/ports/functions.ts";
import type { LedgerStore } from "../../shared/ports/ledger-store.ts";
import type { Store } from "../../shared/ports/store.ts";
import { type Leaf, encodeLeaves } from "./encode-leaves.ts";
import { readRows } from "./read-rows.ts";

export interface AppendEntriesParts {
  readonly store: Store;
  readonly ledger: LedgerStore;
  readonly hash: HashBytes;
  readonly log: Log;
}

const tries = 20;

/** Of the leaves in one block: its JSON text, which may have 400,000, is at most twice as long. */
const mostLeafBytes = 150_000;

/**
 * Appends the batch after the newest block, as one block unless it is too large for one; whoever is beaten to the place
 * reads the newest block again. An entry that stands already is left out, so a record that comes twice is appended once
 * and keeps its index. Only the records' keys count: what is appended is what is stored under them.
 *
 * Whether entries stand already is asked only when an append is a conflict, which one that does makes it: most are new.
 */
export async function appendEntries(
  parts: AppendEntriesParts,
  records: readonly Pick<StreamRecord, "sequence" | "key">[],
): Promise<StreamOutcome> {
  const { log } = parts;
  const rows = await readRows(parts, records);
  const refused = rows.filter(({ read }) => read === "refused").map(({ sequence }) => sequence);
  const { leaves, failed } = encodeLeaves(rows, log);
  let compared: Compared = { missing: leaves, conflicting: [] };
  for (let attempt = 0; attempt < tries;) {
    const { missing, conflicting } = compared;
    const appended = missing.length === 0 ? 0 : await appendSome(parts, missing);
    if (appended === "altered") break;
    if (appended === missing.length) {
      if (conflicting.length > 0) log({ level: "alarm", event: "entry-conflict", count: conflicting.length });
      return { failed: [...refused, ...failed, ...conflicting.flatMap(({ sequences }) => sequences)] };
    }
    if (appended === 0) attempt += 1;
    compared = await compareWithLedger(parts.ledger, leaves);
  }
  log({ level: "alarm", event: "append-failed", count: leaves.length });
  return { failed: records.map((record) => record.sequence) };
}

/** Which entries are not in the ledger yet, and which are there with another text under the same id. */
interface Compared {
  readonly missing: readonly Leaf[];
  readonly conflicting: readonly Leaf[];
}

async function compareWithLedger(ledger: LedgerStore, leaves: readonly Leaf[]): Promise<Compared> {
  const found = await Promise.all(leaves.map(({ id }) => ledger.find(id)));
  return {
    missing: leaves.filter((_, place) => found[place] === undefined),
    conflicting: leaves.filter(({ text }, place) => (found[place]?.text ?? text) !== text),
  };
}

/** How many of the leaves, from the first one on, stand now; none where another one took the place. */
async function appendSome(
  { ledger, hash, log }: AppendEntriesParts,
  leaves: readonly Leaf[],
): Promise<number | "altered"> {
  const last = readLastFrontier(await ledger.last(), hash);
  if (!last.ok) {
    log({ level: "alarm", event: "ledger-altered", code: last.fault });
    return "altered";
  }
  const fitting = takeWhatFits(leaves);
  const block = makeBlock(
    last.frontier,
    fitting.map(({ text }) => text),
    hash,
  );
  return (await ledger.append(block)) === "appended" ? fitting.length : 0;
}

function takeWhatFits(leaves: readonly Leaf[]): readonly Leaf[] {
  let bytes = 0;
  const end = leaves.findIndex(({ length }, place) => {
    bytes += length;
    return place > 0 && bytes > mostLeafBytes;
  });
  return end < 0 ? leaves : leaves.slice(0, end);
}

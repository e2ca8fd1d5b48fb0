import { type Block, makeBlock } from "../../../shared/ledger/block.ts";
import { appendLeaf, computeRoot, EMPTY_FRONTIER } from "../../../shared/ledger/frontier.ts";
import { formatCheckpoint } from "../../../shared/ledger/checkpoint.ts";
import { hashLeaf } from "../../../shared/ledger/merkle-hash.ts";
import { signNote } from "../../../shared/ledger/signed-note.ts";
import type { LedgerStore } from "../../../shared/ports/ledger-store.ts";
import { buildKeyPair, hashBytes } from "../ledger/host-crypto.ts";

export const origin = "ledger.example/countersign";
export const keys = buildKeyPair(origin, 7);

/** Entries `{"n":0}`, `{"n":1}`, … in blocks of the given lengths. */
export function buildBlocks(lengths: readonly number[]): readonly Block[] {
  let frontier = EMPTY_FRONTIER;
  return lengths.map((length) => {
    const texts = Array.from({ length }, (_, place) => `{"n":${frontier.size + place}}`);
    const block = makeBlock(frontier, texts, hashBytes);
    for (const text of texts) {
      frontier = appendLeaf(frontier, hashLeaf(Buffer.from(text), hashBytes), hashBytes);
    }
    return block;
  });
}

/** A ledger that only reads these blocks. */
export function readOnlyLedger(blocks: readonly Block[]): LedgerStore {
  const refuse = () => Promise.reject(new Error("This ledger knows blocks alone."));
  return {
    last: async () => blocks.at(-1),
    append: refuse,
    find: refuse,
    entriesOf: refuse,
    blockOf: async (index) => blocks.find((block) => block.from <= index && index < endOf(block)),
    blocks: async (from, limit) => blocks.filter((block) => block.from >= from).slice(0, limit),
  };
}

export function endOf({ from, entries }: Block): number {
  return from + entries.length;
}

/** The signed checkpoint over the first `size` entries of the blocks. */
export async function signFirst(blocks: readonly Block[], size: number): Promise<string> {
  const texts = blocks.flatMap((block) => block.entries).slice(0, size);
  const frontier = texts.reduce(
    (tree, text) => appendLeaf(tree, hashLeaf(Buffer.from(text), hashBytes), hashBytes),
    EMPTY_FRONTIER,
  );
  const text = formatCheckpoint({ origin, size, root: computeRoot(frontier, hashBytes) });
  const signed = await signNote(text, [keys.signer]);
  if (!signed.ok) throw new Error(signed.why);
  return signed.note;
}

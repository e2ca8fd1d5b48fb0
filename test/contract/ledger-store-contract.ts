import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { InvariantBroken, ItemTooLarge, TransactionTooLarge } from "../../shared/domain/errors.ts";
import type { Block } from "../../shared/ledger/block.ts";
import { followBlocks } from "../../shared/ledger/follow-blocks.ts";
import type { LedgerStore } from "../../shared/ports/ledger-store.ts";
import type { LedgerEntry } from "../../shared/wire/ledger-entry.ts";
import { hashBytes } from "../builders/sha256.ts";
import { blockAfter, makeEntry, textOf } from "./block-builders.ts";

/** What every adapter of the port `LedgerStore` must do; `makeLedger` answers an empty ledger. */
export function describeLedgerStoreContract(name: string, makeLedger: () => Promise<LedgerStore>): void {
  describe(`${name} as a LedgerStore`, () => {
    test("an empty ledger has no last block, no blocks and no entries", async () => {
      const ledger = await makeLedger();
      expect(await ledger.last()).toBeUndefined();
      expect(await ledger.blocks(0, 10)).toEqual([]);
      expect(await ledger.blockOf(0)).toBeUndefined();
      expect(await ledger.find("entry-none")).toBeUndefined();
      expect(await ledger.entriesOf("req_none")).toEqual([]);
    });

    test("an appended block is the last one, and stands as it was given", async () => {
      const ledger = await makeLedger();
      const first = await append(ledger, [
        makeEntry({ requirement: "req_1", channel: "slack", prev: "é 😀" }),
        makeEntry(),
      ]);
      expect(await ledger.last()).toEqual(first);
      const second = await append(ledger, [makeEntry()]);
      expect(await ledger.last()).toEqual(second);
      expect(await ledger.blocks(0, 10)).toEqual([first, second]);
      expect([first.from, second.from]).toEqual([0, 2]);
    });

    test("every entry is found by its id, with its text and its index", async () => {
      const ledger = await makeLedger();
      const entries = [makeEntry(), makeEntry(), makeEntry()];
      await append(ledger, entries.slice(0, 1));
      await append(ledger, entries.slice(1));
      const found = await Promise.all(entries.map(async ({ id }) => ledger.find(id)));
      expect(found).toEqual(entries.map((entry, index) => ({ entry, text: textOf(entry), index })));
    });

    test("the block of an index is the one that holds it", async () => {
      const ledger = await makeLedger();
      const first = await append(ledger, [makeEntry()]);
      const second = await append(ledger, [makeEntry(), makeEntry(), makeEntry()]);
      const found = await Promise.all([0, 1, 2, 3, 4].map(async (index) => ledger.blockOf(index)));
      expect(found).toEqual([first, second, second, second, undefined]);
    });

    test("a second block at a taken place is a conflict, and nothing of it stands", async () => {
      const ledger = await makeLedger();
      const winner = blockAfter(undefined, [makeEntry()]);
      const entry = makeEntry({ requirement: "req_fork" });
      expect(await ledger.append(winner)).toBe("appended");
      expect(await ledger.append(blockAfter(undefined, [entry]))).toBe("conflict");
      expect(await ledger.last()).toEqual(winner);
      expect(await ledger.find(entry.id)).toBeUndefined();
      expect(await ledger.entriesOf("req_fork")).toEqual([]);
    });

    test("the same block appended twice is a conflict the second time and stands once", async () => {
      const ledger = await makeLedger();
      const block = blockAfter(undefined, [makeEntry()]);
      expect(await ledger.append(block)).toBe("appended");
      expect(await ledger.append(block)).toBe("conflict");
      expect(await ledger.blocks(0, 10)).toEqual([block]);
    });

    test.each([
      ["leaves a gap behind the newest one", 3, 4],
      ["begins in the middle of the newest one", 3, 2],
      ["begins in the middle of an older one", 3, 1],
    ])("a block that %s is a conflict, and nothing of it stands", async (_, size, from) => {
      const ledger = await makeLedger();
      const whole = blockAfter(
        undefined,
        Array.from({ length: size }, () => makeEntry()),
      );
      const next = await appendBlock(ledger, whole);
      const misplaced = blockAfter(
        undefined,
        Array.from({ length: from }, () => makeEntry()),
      );
      const entry = makeEntry({ requirement: "req_1" });
      expect(await ledger.append(blockAfter(misplaced, [entry]))).toBe("conflict");
      expect(await ledger.last()).toEqual(next);
      expect(await ledger.find(entry.id)).toBeUndefined();
      expect(await ledger.entriesOf("req_1")).toEqual([]);
    });

    test("a block with an entry id that stands already is a conflict, and its other entries do not stand", async () => {
      const ledger = await makeLedger();
      const standing = makeEntry();
      const first = await append(ledger, [standing]);
      const other = makeEntry({ requirement: "req_1" });
      const block = blockAfter(first, [other, { ...standing, at: standing.at + 1 }]);
      expect(await ledger.append(block)).toBe("conflict");
      expect(await ledger.find(other.id)).toBeUndefined();
      expect(await ledger.entriesOf("req_1")).toEqual([]);
      expect(await ledger.last()).toEqual(first);
      expect((await ledger.find(standing.id))?.entry.at).toBe(standing.at);
    });

    test("of 20 parallel appends at one place exactly one stands", async () => {
      const ledger = await makeLedger();
      const blocks = Array.from({ length: 20 }, () => blockAfter(undefined, [makeEntry()]));
      const outcomes = await Promise.all(blocks.map(async (block) => ledger.append(block)));
      const winners = blocks.filter((_, n) => outcomes[n] === "appended");
      expect(winners).toHaveLength(1);
      expect(await ledger.blocks(0, 10)).toEqual(winners);
    });

    test("20 parallel appenders that read again after a conflict make one whole log", async () => {
      const ledger = await makeLedger();
      await Promise.all(Array.from({ length: 20 }, async () => appendUntilItStands(ledger, makeEntry())));
      const [first, ...others] = await ledger.blocks(0, 100);
      expect(others).toHaveLength(19);
      if (first === undefined) throw new Error("Nothing was appended.");
      expect(followBlocks([first, ...others], hashBytes)).toMatchObject({ ok: true, after: { size: 20 } });
    });

    test("entriesOf answers every entry of one requirement, oldest first", async () => {
      const ledger = await makeLedger();
      const requirement = `req_${randomUUID()}`;
      const own = Array.from({ length: 14 }, (_, n) => makeEntry({ requirement, at: 2_000 - n }));
      const foreign = makeEntry({ requirement: `${requirement}_2` });
      await append(ledger, [makeEntry(), ...own.slice(0, 2), foreign]);
      for (const entry of own.slice(2)) await append(ledger, [makeEntry(), entry]);
      const appended = await ledger.entriesOf(requirement);
      expect(appended.map(({ entry }) => entry)).toEqual(own);
      expect(appended.map(({ text }) => text)).toEqual(own.map(textOf));
      expect(appended.map(({ index }) => index).slice(0, 4)).toEqual([1, 2, 5, 7]);
      expect(appended.at(-1)?.index).toBe(27);
    });

    test("blocks are answered from an index on, in order, at most `limit`", async () => {
      const ledger = await makeLedger();
      const blocks: Block[] = [];
      for (let n = 0; n < 12; n += 1) blocks.push(await append(ledger, [makeEntry(), makeEntry()]));
      expect(await ledger.blocks(0, 1_000)).toEqual(blocks);
      expect(await ledger.blocks(0, 5)).toEqual(blocks.slice(0, 5));
      expect(await ledger.blocks(18, 2)).toEqual(blocks.slice(9, 11));
      expect(await ledger.blocks(17, 2)).toEqual(blocks.slice(9, 11));
      expect(await ledger.blocks(22, 5)).toEqual(blocks.slice(11));
      expect(await ledger.blocks(23, 5)).toEqual([]);
    });

    test.each([0, 1_001])("a page of %i blocks is refused", async (limit) => {
      const ledger = await makeLedger();
      await expect(ledger.blocks(0, limit)).rejects.toBeInstanceOf(InvariantBroken);
    });

    test("a block of 49 entries fits, one of 50 does not", async () => {
      const ledger = await makeLedger();
      const entries = Array.from({ length: 50 }, (_, n) => makeEntry({ requirement: `req_${n}` }));
      await expect(ledger.append(blockAfter(undefined, entries))).rejects.toBeInstanceOf(TransactionTooLarge);
      await append(ledger, entries.slice(1));
      expect((await ledger.entriesOf("req_49")).map(({ index }) => index)).toEqual([48]);
    });

    test("a block of more than 400,000 bytes does not fit", async () => {
      const ledger = await makeLedger();
      // Four bytes of a block for each character.
      const text = '"'.repeat(300);
      const large = { run: text, call: text, requirement: text, tool: text, outcome: text, code: text };
      const larger = { ...large, tenant: text, agent: text };
      const entries = Array.from({ length: 49 }, () => makeEntry(larger));
      await expect(ledger.append(blockAfter(undefined, entries))).rejects.toBeInstanceOf(ItemTooLarge);
      expect(await ledger.last()).toBeUndefined();
    });

    test("an entry of more than 16,384 bytes does not fit", async () => {
      const ledger = await makeLedger();
      const text = "\u0001".repeat(300);
      const large = { run: text, call: text, requirement: text, tool: text, outcome: text, code: text };
      const larger = {
        ...large,
        tenant: text,
        agent: text,
        id: text,
        actor: { kind: "person", subject: text },
      } as const;
      await expect(ledger.append(blockAfter(undefined, [makeEntry(larger)]))).rejects.toBeInstanceOf(
        ItemTooLarge,
      );
      expect(await ledger.last()).toBeUndefined();
    });

    test.each([
      [
        "that holds one entry id twice",
        (block: Block) => ({ ...block, entries: [...block.entries, ...block.entries] }),
      ],
      ["without entries", (block: Block) => ({ ...block, entries: [] })],
      ["whose root is no hash", (block: Block) => ({ ...block, root: "AB".repeat(32) })],
      ["whose peaks are no hashes", (block: Block) => ({ ...block, peaks: ["12"] })],
    ])("a block %s is refused", async (_, change) => {
      const ledger = await makeLedger();
      const block = blockAfter(undefined, [makeEntry({ id: "entry-1" })]);
      await expect(ledger.append(change(block))).rejects.toBeInstanceOf(InvariantBroken);
      expect(await ledger.find("entry-1")).toBeUndefined();
    });
  });
}

async function append(ledger: LedgerStore, entries: readonly LedgerEntry[]): Promise<Block> {
  return appendBlock(ledger, blockAfter(await ledger.last(), entries));
}

async function appendBlock(ledger: LedgerStore, block: Block): Promise<Block> {
  if ((await ledger.append(block)) !== "appended") throw new Error(`Block ${block.from} was not appended.`);
  return block;
}

async function appendUntilItStands(ledger: LedgerStore, entry: LedgerEntry): Promise<void> {
  for (;;) {
    if ((await ledger.append(blockAfter(await ledger.last(), [entry]))) === "appended") return;
  }
}

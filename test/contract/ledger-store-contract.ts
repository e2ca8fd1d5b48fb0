import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { InvariantBroken, ItemTooLarge, TransactionTooLarge } from "../../shared/domain/errors.ts";
import { verifyChain, type Block } from "../../shared/ledger/hash-chain.ts";
import type { LedgerStore } from "../../shared/ports/ledger-store.ts";
import type { LedgerEntry } from "../../shared/wire/ledger-entry.ts";
import { makeBlock, makeEntry, sha256 } from "./block-builders.ts";

/** What every adapter of the port `LedgerStore` must do; `makeLedger` answers an empty ledger. */
export function describeLedgerStoreContract(name: string, makeLedger: () => Promise<LedgerStore>): void {
  describe(`${name} as a LedgerStore`, () => {
    test("an empty ledger has size 0, the genesis hash, no blocks and no entries", async () => {
      const ledger = await makeLedger();
      expect(await ledger.head()).toEqual({
        size: 0,
        hash: "0000000000000000000000000000000000000000000000000000000000000000",
      });
      expect(await ledger.blocks(0, 10)).toEqual([]);
      expect(await ledger.find("entry-none")).toBeUndefined();
      expect(await ledger.entriesOf("req_none")).toEqual([]);
    });

    test("an appended block is the new head, and stands as it was given", async () => {
      const ledger = await makeLedger();
      const block = await append(ledger, [makeEntry({ requirement: "req_1", code: "é 😀" }), makeEntry()]);
      expect(await ledger.head()).toEqual({ size: 1, hash: block.hash });
      expect(await ledger.blocks(0, 10)).toEqual([block]);
    });

    test("every entry is found by its id, with its place and its block's hash", async () => {
      const ledger = await makeLedger();
      const entries = [makeEntry(), makeEntry(), makeEntry()];
      const first = await append(ledger, entries.slice(0, 1));
      const second = await append(ledger, entries.slice(1));
      const found = await Promise.all(entries.map(async ({ id }) => ledger.find(id)));
      expect(found).toEqual([
        { entry: entries[0], block: 0, position: 0, blockHash: first.hash },
        { entry: entries[1], block: 1, position: 0, blockHash: second.hash },
        { entry: entries[2], block: 1, position: 1, blockHash: second.hash },
      ]);
    });

    test("a second block at a taken place is a conflict, and nothing of it stands", async () => {
      const ledger = await makeLedger();
      const empty = await ledger.head();
      const winner = makeBlock(empty, [makeEntry()]);
      const entry = makeEntry({ requirement: "req_fork" });
      expect(await ledger.append(winner)).toBe("appended");
      expect(await ledger.append(makeBlock(empty, [entry]))).toBe("conflict");
      expect(await ledger.head()).toEqual({ size: 1, hash: winner.hash });
      expect(await ledger.find(entry.id)).toBeUndefined();
      expect(await ledger.entriesOf("req_fork")).toEqual([]);
    });

    test("the same block appended twice is a conflict the second time and stands once", async () => {
      const ledger = await makeLedger();
      const block = makeBlock(await ledger.head(), [makeEntry()]);
      expect(await ledger.append(block)).toBe("appended");
      expect(await ledger.append(block)).toBe("conflict");
      expect(await ledger.blocks(0, 10)).toEqual([block]);
    });

    test("a block with an entry id that is sealed already is a conflict, and its other entries do not stand", async () => {
      const ledger = await makeLedger();
      const sealed = makeEntry();
      const first = await append(ledger, [sealed]);
      const other = makeEntry({ requirement: "req_1" });
      const block = makeBlock(await ledger.head(), [other, { ...sealed, at: sealed.at + 1 }]);
      expect(await ledger.append(block)).toBe("conflict");
      expect(await ledger.find(other.id)).toBeUndefined();
      expect(await ledger.entriesOf("req_1")).toEqual([]);
      expect(await ledger.head()).toEqual({ size: 1, hash: first.hash });
      expect((await ledger.find(sealed.id))?.entry.at).toBe(sealed.at);
    });

    test("of 20 parallel appends at one place exactly one stands", async () => {
      const ledger = await makeLedger();
      const empty = await ledger.head();
      const blocks = Array.from({ length: 20 }, () => makeBlock(empty, [makeEntry()]));
      const outcomes = await Promise.all(blocks.map(async (block) => ledger.append(block)));
      const winners = blocks.filter((_, n) => outcomes[n] === "appended");
      expect(winners).toHaveLength(1);
      expect(await ledger.blocks(0, 10)).toEqual(winners);
    });

    test("20 parallel appenders that read again after a conflict make one whole chain", async () => {
      const ledger = await makeLedger();
      await Promise.all(Array.from({ length: 20 }, async () => appendUntilItStands(ledger, makeEntry())));
      const blocks = await ledger.blocks(0, 100);
      expect(blocks.map(({ index }) => index)).toEqual(Array.from({ length: 20 }, (_, n) => n));
      expect(verifyChain(blocks, sha256)).toEqual({ ok: true });
    });

    test("entriesOf answers every entry of one requirement, oldest first", async () => {
      const ledger = await makeLedger();
      const requirement = `req_${randomUUID()}`;
      const own = Array.from({ length: 14 }, (_, n) => makeEntry({ requirement, at: 2_000 - n }));
      const foreign = makeEntry({ requirement: `${requirement}_2` });
      await append(ledger, [makeEntry(), ...own.slice(0, 2), foreign]);
      for (const entry of own.slice(2)) await append(ledger, [makeEntry(), entry]);
      const sealed = await ledger.entriesOf(requirement);
      expect(sealed.map(({ entry }) => entry)).toEqual(own);
      expect(sealed.map(({ block, position }) => [block, position]).slice(0, 4)).toEqual([
        [0, 1],
        [0, 2],
        [1, 1],
        [2, 1],
      ]);
      expect(sealed.at(-1)?.block).toBe(12);
    });

    test("blocks are answered from a place on, in order, at most `limit`", async () => {
      const ledger = await makeLedger();
      const blocks: Block[] = [];
      for (let n = 0; n < 12; n += 1) blocks.push(await append(ledger, [makeEntry(), makeEntry()]));
      expect(await ledger.blocks(0, 1_000)).toEqual(blocks);
      expect(await ledger.blocks(0, 5)).toEqual(blocks.slice(0, 5));
      expect(await ledger.blocks(9, 2)).toEqual(blocks.slice(9, 11));
      expect(await ledger.blocks(11, 5)).toEqual(blocks.slice(11));
      expect(await ledger.blocks(12, 5)).toEqual([]);
    });

    test.each([0, 1_001])("a page of %i blocks is refused", async (limit) => {
      const ledger = await makeLedger();
      await expect(ledger.blocks(0, limit)).rejects.toBeInstanceOf(InvariantBroken);
    });

    test("a block of 49 entries fits, one of 50 does not", async () => {
      const ledger = await makeLedger();
      const entries = Array.from({ length: 50 }, (_, n) => makeEntry({ requirement: `req_${n}` }));
      const tooMany = makeBlock(await ledger.head(), entries);
      await expect(ledger.append(tooMany)).rejects.toBeInstanceOf(TransactionTooLarge);
      await append(ledger, entries.slice(1));
      expect((await ledger.entriesOf("req_49")).map(({ position }) => position)).toEqual([48]);
    });

    test("a block of more than 400,000 bytes does not fit", async () => {
      const ledger = await makeLedger();
      // Six bytes of JSON for each character.
      const text = "\u0001".repeat(300);
      const large = { run: text, call: text, requirement: text, tool: text, outcome: text, code: text };
      const entries = Array.from({ length: 49 }, () => makeEntry({ ...large, tenant: text, agent: text }));
      const block = makeBlock(await ledger.head(), entries);
      await expect(ledger.append(block)).rejects.toBeInstanceOf(ItemTooLarge);
      expect((await ledger.head()).size).toBe(0);
    });

    test("a block that holds one entry id twice is refused", async () => {
      const ledger = await makeLedger();
      const entry = makeEntry();
      const block = makeBlock(await ledger.head(), [entry, entry]);
      await expect(ledger.append(block)).rejects.toBeInstanceOf(InvariantBroken);
      expect(await ledger.find(entry.id)).toBeUndefined();
    });
  });
}

async function append(ledger: LedgerStore, entries: readonly LedgerEntry[]): Promise<Block> {
  const block = makeBlock(await ledger.head(), entries);
  const outcome = await ledger.append(block);
  if (outcome !== "appended") throw new Error(`Block ${block.index} was not appended.`);
  return block;
}

async function appendUntilItStands(ledger: LedgerStore, entry: LedgerEntry): Promise<void> {
  for (;;) {
    if ((await ledger.append(makeBlock(await ledger.head(), [entry]))) === "appended") return;
  }
}

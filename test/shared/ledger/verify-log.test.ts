import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";

import { type LogClaim, type VerifiedLog, verifyLog } from "../../../shared/ledger/verify-log.ts";
import { hashEmptyTree, hashLeaf } from "../../../shared/ledger/merkle-hash.ts";
import { formatTilePath } from "../../../shared/ledger/tile.ts";
import { growTiles, type ReadTile } from "../../../shared/ledger/tile-hashes.ts";
import { buildEntries, buildEntry, buildLog, type BuiltLog } from "./build-log.ts";
import { hashBytes } from "./host-crypto.ts";

const SIZE = 10_000;

let log: BuiltLog;

beforeAll(async () => {
  log = await buildLog(buildEntries(SIZE));
});

function verify(change: Partial<LogClaim>): Promise<VerifiedLog> {
  return verifyLog({ head: log.head, entries: log.entries, readTile: log.readTile, ...change }, hashBytes);
}

/** The log's tiles with one bit of some of them changed. */
function spoilTiles(...paths: readonly string[]): ReadTile {
  return (tile) => {
    const path = formatTilePath(tile);
    const bytes = log.tiles.get(path);
    return paths.includes(path) ? bytes?.map((byte, at) => (at === 40 ? byte ^ 1 : byte)) : bytes;
  };
}

/** The tiles that whoever forged these entries would publish. */
function forgeTiles(entries: readonly Uint8Array[]): ReadonlyMap<string, Uint8Array> {
  const leafHashes = entries.map((entry) => hashLeaf(entry, hashBytes));
  const files = growTiles({ oldSize: 0, edges: [], leafHashes }, hashBytes);
  return new Map(files.map(({ tile, bytes }) => [formatTilePath(tile), bytes]));
}

const edits = [
  ["edited", (at: number) => log.entries.with(at, Buffer.from("{}"))],
  ["deleted", (at: number) => log.entries.toSpliced(at, 1)],
  ["inserted", (at: number) => log.entries.toSpliced(at, 0, Buffer.from("{}"))],
  ["repeated", (at: number) => log.entries.toSpliced(at, 0, buildEntry(at + 1))],
  ["cut off", (at: number) => log.entries.slice(0, at)],
] as const;

describe("an export of 10,000 entries", () => {
  test("is verified, with its tiles and without", async () => {
    expect(await verify({})).toEqual({ ok: true, size: 10_000 });
    expect(await verifyLog({ head: log.head, entries: log.entries }, hashBytes)).toEqual({
      ok: true,
      size: 10_000,
    });
  });

  for (const [what, edit] of edits) {
    test.for([0, 1, 255, 256, 257, 5000, 9983, 9984, 9999])(
      `with the entry at %d ${what} is refused, and the place named`,
      async (at) => {
        expect(await verify({ entries: edit(at) })).toMatchObject({
          ok: false,
          fault: "tampered",
          bad: { first: at, last: at },
        });
      },
    );
  }

  test("with two entries exchanged is refused at the first of them", async () => {
    const exchanged = log.entries.with(700, buildEntry(9000)).with(9000, buildEntry(700));
    expect(await verify({ entries: exchanged })).toMatchObject({ bad: { first: 700, last: 700 } });
  });

  test("with one entry more at its end is refused there", async () => {
    expect(await verify({ entries: [...log.entries, buildEntry(SIZE)] })).toEqual({
      ok: false,
      fault: "tampered",
      why: "There are more than 10000 entries. The first bad or missing entry is 10000.",
      bad: { first: 10_000, last: 10_000 },
    });
  });

  test("with an entry of more than 16,384 bytes is refused there", async () => {
    const entries = log.entries.with(300, new Uint8Array(16_385));
    expect(await verify({ entries })).toMatchObject({ ok: false, bad: { first: 300, last: 300 } });
  });

  test("edited anywhere at random is refused at the first place that differs", async () => {
    const edit = fc.record({ at: fc.nat(SIZE - 1), byte: fc.nat(30), bit: fc.nat(7) });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (changes) => {
        const entries = log.entries.map((entry) => Uint8Array.from(entry));
        for (const { at, byte, bit } of changes) {
          const entry = entries[at];
          if (entry !== undefined) entry[byte] = (entry[byte] ?? 0) ^ (1 << bit);
        }
        const first = entries.findIndex((entry, at) => Buffer.compare(entry, log.entries[at] ?? entry) !== 0);
        const verified = await verify({ entries });
        expect(verified).toMatchObject(first < 0 ? { ok: true } : { ok: false, bad: { first, last: first } });
      }),
      { numRuns: 15 },
    );
  });

  test("under another checkpoint is refused", async () => {
    const head = { ...log.head, root: hashBytes(Buffer.from("other")) };
    expect(await verify({ head })).toMatchObject({ ok: false, bad: { first: 0, last: 9999 } });
  });
});

describe("the first bad entry", () => {
  test("is named without tiles as one of all", async () => {
    const claim = { head: log.head, entries: log.entries.with(5000, Buffer.of(1)) };
    expect(await verifyLog(claim, hashBytes)).toEqual({
      ok: false,
      fault: "tampered",
      why: "The entries do not have the root of the checkpoint. The first bad or missing entry is one of 0 to 9999.",
      bad: { first: 0, last: 9999 },
    });
  });

  test("is named by tiles that were forged with it to the 256 of a tile, if the tile above is intact", async () => {
    const entries = log.entries.with(5000, Buffer.of(1));
    const forged = forgeTiles(entries);
    const readTile: ReadTile = (tile) => {
      const path = formatTilePath(tile);
      return (path === "tile/0/019" ? forged : log.tiles).get(path);
    };
    expect(await verify({ entries, readTile })).toMatchObject({ bad: { first: 4864, last: 5119 } });
  });

  test("is named by tiles that were all forged with it only as one of all", async () => {
    const entries = log.entries.with(5000, Buffer.of(1));
    const forged = forgeTiles(entries);
    const readTile: ReadTile = (tile) => forged.get(formatTilePath(tile));
    expect(await verify({ entries, readTile })).toMatchObject({ bad: { first: 0, last: 9999 } });
  });

  test("may be before the one that was found, if the tiles before it cannot be judged", async () => {
    const large = await buildLog(buildEntries(66_000));
    const readTile: ReadTile = (tile) =>
      formatTilePath(tile) === "tile/1/000" ? undefined : large.readTile(tile);
    const claim = { head: large.head, entries: large.entries.with(65_900, Buffer.of(1)), readTile };
    expect(await verifyLog(claim, hashBytes)).toMatchObject({ bad: { first: 0, last: 65_900 } });
  });
});

describe("tiles", () => {
  test.for(["tile/0/000", "tile/0/038", "tile/0/039.p/16", "tile/1/000.p/39"])(
    "are refused with entries that are right, if %s was altered",
    async (path) => {
      const verified = await verify({ readTile: spoilTiles(path) });
      expect(verified).toMatchObject({ ok: false, fault: "tampered" });
      expect(verified).not.toHaveProperty("bad");
    },
  );

  test("that are missing are named", async () => {
    const readTile: ReadTile = (tile) => (tile.index === 7 ? undefined : log.readTile(tile));
    expect(await verify({ readTile })).toEqual({
      ok: false,
      fault: "tampered",
      why: "The entries are right, but tile/0/007 is missing or was altered.",
    });
  });

  test("are read once each, and entries one after the other", async () => {
    const asked = new Map<string, number>();
    const readTile: ReadTile = (tile) => {
      const path = formatTilePath(tile);
      asked.set(path, (asked.get(path) ?? 0) + 1);
      return log.readTile(tile);
    };
    expect(await verify({ readTile })).toMatchObject({ ok: true });
    const edge = ["tile/0/039.p/16", "tile/1/000.p/39"];
    expect([...asked.keys()].toSorted()).toEqual([...log.tiles.keys()].toSorted());
    expect([...asked].filter(([path, times]) => times !== (edge.includes(path) ? 2 : 1))).toEqual([]);
  });
});

describe("small logs", () => {
  test.for([1, 255, 256, 257, 511, 512])("of %d entries are verified", async (size) => {
    const { head, entries, readTile } = await buildLog(buildEntries(size));
    expect(await verifyLog({ head, entries, readTile }, hashBytes)).toEqual({ ok: true, size });
  });

  test("of no entries have the empty root and nothing else", async () => {
    const head = { size: 0, root: hashEmptyTree(hashBytes) };
    expect(await verifyLog({ head, entries: [] }, hashBytes)).toEqual({ ok: true, size: 0 });
    expect(await verifyLog({ head, entries: [buildEntry(0)] }, hashBytes)).toMatchObject({
      bad: { first: 0, last: 0 },
    });
    expect(await verifyLog({ head: { ...head, root: new Uint8Array(32) }, entries: [] }, hashBytes)).toEqual({
      ok: false,
      fault: "tampered",
      why: "The checkpoint is of no entries, but its root is not that of an empty log.",
    });
  });

  test("may come one by one from anywhere", async () => {
    const { head, entries } = await buildLog(buildEntries(3));
    async function* read(): AsyncGenerator<Uint8Array> {
      for (const entry of entries) yield await Promise.resolve(entry);
    }
    expect(await verifyLog({ head, entries: read() }, hashBytes)).toEqual({ ok: true, size: 3 });
  });
});

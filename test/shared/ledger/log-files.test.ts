import { beforeAll, describe, expect, test } from "vitest";
import { encodeBundle } from "../../../shared/ledger/entry-bundle.ts";
import { createTileReader, readEntries, type ReadLogFile } from "../../../shared/ledger/log-files.ts";
import { formatTilePath, listTiles, TILE_WIDTH } from "../../../shared/ledger/tile.ts";
import { checkGrowth, checkLog, trustLog } from "../../../shared/ledger/verify.ts";
import { formatNoteKey } from "../../../shared/ledger/note-key.ts";
import { buildEntries, buildLog, type BuiltLog } from "./build-log.ts";
import { createVerifier, hashBytes } from "./host-crypto.ts";

const host = {
  hash: hashBytes,
  verifyEd25519: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) =>
    createVerifier({ name: "", id: 0, publicKey }).verify(message, signature),
};

let log: BuiltLog;

beforeAll(async () => {
  log = await buildLog(buildEntries(600));
});

/** All files of the log, as somebody publishes them. */
function filesOf({ head, entries, tiles, checkpoint }: BuiltLog): Map<string, Uint8Array> {
  const bundles = [...listTiles(head.size)]
    .filter(({ level }) => level === "entries")
    .map((tile) => {
      const start = tile.index * TILE_WIDTH;
      return [formatTilePath(tile), encodeBundle(entries.slice(start, start + tile.width))] as const;
    });
  return new Map([["checkpoint", Buffer.from(checkpoint)], ...tiles, ...bundles]);
}

const readFrom =
  (files: ReadonlyMap<string, Uint8Array>): ReadLogFile =>
  async (path) =>
    files.get(path);

function trustOf({ keys }: BuiltLog) {
  const trusted = trustLog([formatNoteKey(keys.key)], host);
  if (!trusted.ok) throw new Error(trusted.why);
  return trusted.trust;
}

async function collect(files: ReadonlyMap<string, Uint8Array>, size: number): Promise<readonly string[]> {
  const texts: string[] = [];
  for await (const entry of readEntries(readFrom(files), size)) texts.push(Buffer.from(entry).toString());
  return texts;
}

const sealed = () => log.entries.map((entry) => Buffer.from(entry).toString());

describe("entries out of bundles", () => {
  test("are all of them, in order", async () => {
    expect(await collect(filesOf(log), 600)).toEqual(sealed());
  });

  test("are those of the smaller log where only full bundles are left", async () => {
    expect(await collect(filesOf(log), 300)).toEqual(sealed().slice(0, 300));
  });

  test("end where a bundle is missing or breaks off", async () => {
    const files = filesOf(log);
    const bundle = files.get("tile/entries/001") ?? new Uint8Array();
    files.set("tile/entries/001", bundle.subarray(0, -1));
    expect(await collect(files, 600)).toHaveLength(511);
    files.set("tile/entries/001", bundle.subarray(0, 1));
    expect(await collect(files, 600)).toHaveLength(256);
    files.delete("tile/entries/001");
    expect(await collect(files, 600)).toHaveLength(256);
  });

  test("go on behind a bundle that has too few or too many", async () => {
    const files = filesOf(log);
    files.set("tile/entries/000", encodeBundle(log.entries.slice(0, 3)));
    expect(await collect(files, 600)).toHaveLength(600 - 253);
  });
});

describe("hash tiles", () => {
  test("are read from the full one where the partial one is gone", async () => {
    const files = new Map(filesOf(log));
    const readTile = createTileReader(readFrom(files));
    const full = files.get("tile/0/001") ?? new Uint8Array();
    expect(await readTile({ level: 0, index: 1, width: 9 })).toEqual(full.subarray(0, 9 * 32));
    expect(await readTile({ level: 0, index: 9, width: 9 })).toBeUndefined();
  });
});

describe("a log out of files", () => {
  test("is checked with its checkpoint", async () => {
    const readFile = readFrom(filesOf(log));
    expect(await checkLog({ readFile, trust: trustOf(log) }, host)).toMatchObject({
      ok: true,
      checkpoint: { size: 600 },
    });
  });

  test("is refused without a checkpoint, or with one that is no text", async () => {
    const files = filesOf(log);
    files.delete("checkpoint");
    const check = () => checkLog({ readFile: readFrom(files), trust: trustOf(log) }, host);
    expect(await check()).toMatchObject({ ok: false, fault: "malformed" });
    files.set("checkpoint", Uint8Array.of(255, 254));
    expect(await check()).toMatchObject({ ok: false, fault: "malformed" });
  });

  test("begins with all of an older one, or does not", async () => {
    const readFile = readFrom(filesOf(log));
    const newer = Buffer.from(log.checkpoint);
    const grown = async (older: BuiltLog) =>
      (
        await checkGrowth(
          { older: Buffer.from(older.checkpoint), newer, readFile, trust: trustOf(log) },
          host,
        )
      ).ok;
    expect(await grown(await buildLog(buildEntries(300)))).toBe(true);
    expect(await grown(await buildLog(buildEntries(300).with(9, Buffer.from("{}"))))).toBe(false);
  });
});

describe("a log that is trusted by its keys", () => {
  const key = () => formatNoteKey(log.keys.key);

  test("is called after the first, unless told", () => {
    expect(trustLog([key()], host)).toMatchObject({
      ok: true,
      trust: { origin: "ledger.example/countersign" },
    });
    expect(trustLog([key()], host, "other.example")).toMatchObject({ trust: { origin: "other.example" } });
  });

  test("needs one key, and every key readable", () => {
    expect(trustLog([], host)).toMatchObject({ ok: false, fault: "malformed" });
    expect(trustLog([key(), "secret"], host)).toMatchObject({ ok: false, fault: "malformed" });
  });
});

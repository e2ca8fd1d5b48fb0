import { describe, expect, test } from "vitest";
import type { Storage } from "../../../local/ports.ts";
import type { Block } from "../../../shared/ledger/block.ts";
import { formatCheckpoint } from "../../../shared/ledger/checkpoint.ts";
import { signNote } from "../../../shared/ledger/signed-note.ts";
import { sealPartition } from "../../../shared/records/seal-records.ts";
import { buildSystem } from "../../builders/build-system.ts";
import { buildKeyPair } from "../../shared/ledger/host-crypto.ts";
import { appendAndSign, createWorld, publish, verify, type World } from "./publish-world.ts";

function alter(files: World["files"], path: string, change: (bytes: Uint8Array) => Uint8Array): void {
  const bytes = files.get(path);
  if (bytes === undefined) throw new Error(`${path} is not published.`);
  files.set(path, change(Uint8Array.from(bytes)));
}

const flip = (bytes: Uint8Array) => bytes.with(40, (bytes[40] ?? 0) ^ 1);

async function signHead(storage: Storage, root: Uint8Array, size: number): Promise<Uint8Array> {
  const signed = await signNote(formatCheckpoint({ origin: storage.signer.name, size, root }), [
    storage.signer,
  ]);
  if (!signed.ok) throw new Error(signed.why);
  return Buffer.from(signed.note);
}

async function putSeal({ store }: Storage, from: number, change: object): Promise<void> {
  const sort = String(from).padStart(16, "0");
  const key = { table: "seal", partition: sealPartition("default"), sort } as const;
  const [seal] = await store.get([key]);
  await store.write([{ action: "put", key, body: { ...seal?.body, ...change }, expect: "anything" }]);
}

describe("nothing more is published, with an alarm, where", () => {
  type Alter = (world: World) => void | Promise<void>;
  const alterations: readonly (readonly [string, string, Alter])[] = [
    [
      "a file of the new size stands there with other bytes",
      "tile/0/000.p/20",
      ({ files }) => void files.set("tile/0/000.p/20", Buffer.from("other")),
    ],
    ["the edge of the tiles was altered", "tile", ({ files }) => alter(files, "tile/0/000.p/10", flip)],
    ["the edge of the tiles is gone", "tile", ({ files }) => void files.delete("tile/0/000.p/10")],
    ["the last bundle was altered", "bundle", ({ files }) => alter(files, "tile/entries/000.p/10", flip)],
    ["the last bundle is gone", "bundle", ({ files }) => void files.delete("tile/entries/000.p/10")],
    ["the checkpoint was altered", "checkpoint", ({ files }) => alter(files, "checkpoint", flip)],
    [
      "the checkpoint is another key's",
      "checkpoint",
      async ({ files, storage }) => {
        const { signer } = buildKeyPair(storage.signer.name, 8);
        files.set("checkpoint", await signHead({ ...storage, signer }, new Uint8Array(32), 10));
      },
    ],
    [
      "the checkpoint is of another tree, with the log's own signature",
      "tile",
      async ({ files, storage }) =>
        void files.set("checkpoint", await signHead(storage, new Uint8Array(32), 10)),
    ],
    [
      "the checkpoint has the sealed size and another root",
      "root",
      async ({ files, storage }) =>
        void files.set("checkpoint", await signHead(storage, new Uint8Array(32), 20)),
    ],
    [
      "more is published than is sealed",
      "fewer-sealed",
      async ({ files, storage }) =>
        void files.set("checkpoint", await signHead(storage, new Uint8Array(32), 21)),
    ],
    [
      "a seal's checkpoint was altered",
      "seal",
      async ({ storage }) => putSeal(storage, 10, { checkpoint: "not signed\n" }),
    ],
    [
      "a seal's checkpoint is of another size",
      "seal",
      async ({ storage }) =>
        putSeal(storage, 10, {
          checkpoint: Buffer.from(await signHead(storage, new Uint8Array(32), 19)).toString(),
        }),
    ],
    [
      "a seal's root is of other entries, with the log's own signature",
      "entries",
      async ({ storage }) =>
        putSeal(storage, 10, {
          checkpoint: Buffer.from(await signHead(storage, new Uint8Array(32), 20)).toString(),
        }),
    ],
  ];

  test.each(alterations)("%s", async (_what, code, change) => {
    const world = createWorld();
    await appendAndSign(world, 10);
    await publish(world);
    await appendAndSign(world, 10);
    await change(world);
    const before = new Map(world.files);
    await publish(world);
    expect(world.system.log).toEqual([{ level: "alarm", event: "published-differs", code }]);
    expect(world.files.get("checkpoint")).toEqual(before.get("checkpoint"));
    // The files that come before the one that stands there are right, and are published again later.
    const isHalfWay = code.startsWith("tile/");
    expect(world.files.size - before.size).toBe(isHalfWay ? 1 : 0);
  });

  test("an entry was altered after it was sealed", async () => {
    const lie = (block: Block): Block => ({
      ...block,
      entries: block.entries.map((text) => text.replace("ann", "eve")),
    });
    const world = createWorld((ports) => ({
      ...ports,
      ledger: {
        last: () => ports.ledger.last(),
        append: (block) => ports.ledger.append(block),
        find: (id) => ports.ledger.find(id),
        entriesOf: (id) => ports.ledger.entriesOf(id),
        blockOf: async (index) => {
          const block = await ports.ledger.blockOf(index);
          return block && lie(block);
        },
        blocks: (from, limit) => ports.ledger.blocks(from, limit),
      },
    }));
    await appendAndSign(world, 10);
    await publish(world);
    expect(world.system.log).toEqual([{ level: "alarm", event: "published-differs", code: "entries" }]);
    expect([...world.files.keys()]).toEqual([]);
  });

  test("another history was written and signed, with the log's own key", async () => {
    const world = createWorld();
    await appendAndSign(world, 10);
    await publish(world);
    const other = createWorld();
    await appendAndSign(other, 5);
    await appendAndSign(other, 5);
    await appendAndSign(other, 9);
    const system = buildSystem({ storage: { ...other.storage, publishedLog: world.storage.publishedLog } });
    await publish({ ...world, system });
    expect(system.log).toEqual([{ level: "alarm", event: "published-differs", code: "entries" }]);
    expect(await verify(world)).toBe(10);
  });
});

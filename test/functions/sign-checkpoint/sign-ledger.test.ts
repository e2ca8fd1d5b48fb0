import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { signLedger } from "../../../functions/sign-checkpoint/sign-ledger.ts";
import type { Ports, Storage } from "../../../local/ports.ts";
import {
  CountersignError,
  LedgerAltered,
  SealContended,
  StoreUnavailable,
} from "../../../shared/domain/errors.ts";
import type { Block } from "../../../shared/ledger/block.ts";
import { parseCheckpoint } from "../../../shared/ledger/checkpoint.ts";
import { parseNote } from "../../../shared/ledger/signed-note.ts";
import type { LogLine } from "../../../shared/ports/functions.ts";
import type { Intent } from "../../../shared/records/seal-records.ts";
import { checkLedger, readAllBlocks, readIntents, readSeals } from "../../builders/check-ledger.ts";
import { breakOnce, breakPorts } from "../../builders/break-ports.ts";
import { buildMachine } from "../../builders/fake-machine.ts";
import { buildStorage, buildSystem, type System } from "../../builders/build-system.ts";
import { buildKeyPair } from "../../shared/ledger/host-crypto.ts";
import { append, listSeals, partsOf, sign } from "./signing.ts";

/** Hands the blocks over as the ledger's stream does. */
function deliver(system: System, ...blocks: readonly Block[]) {
  return system.deliver(
    "sign-checkpoint",
    blocks.map(({ from }) => ({
      sequence: `block-${from}`,
      key: { table: "ledger", partition: `block#${from}`, sort: "block" },
    })),
  );
}

describe("sign-checkpoint", () => {
  test("signs at once what a run waits for, with everything that stands before it", async () => {
    const system = buildSystem();
    await append(system.storage, "executed", "executed");
    const decided = await append(system.storage, "decided");
    expect(await deliver(system, decided)).toEqual({ failed: [] });
    expect(await listSeals(system)).toEqual([[0, 3, "signed"]]);
    expect(await checkLedger(system.storage)).toEqual({ ok: true, size: 3, sealed: 3, intents: 0 });
  });

  test("leaves what nobody waits for to the clock", async () => {
    const system = buildSystem();
    await deliver(system, await append(system.storage, "executed"));
    expect(await listSeals(system)).toEqual([]);
    await sign(system);
    expect(await listSeals(system)).toEqual([[0, 1, "signed"]]);
  });

  test("goes on from the last seal, and has nothing to do when nothing was appended", async () => {
    const system = buildSystem();
    await sign(system);
    expect(await listSeals(system)).toEqual([]);
    await append(system.storage, "decided", "executed");
    await sign(system);
    await sign(system);
    await append(system.storage, "executed");
    await sign(system);
    expect(await listSeals(system)).toEqual([
      [0, 2, "signed"],
      [2, 3, "signed"],
    ]);
    expect(await checkLedger(system.storage)).toEqual({ ok: true, size: 3, sealed: 3, intents: 0 });
  });

  test("signs the log's own origin, the size and the root of its entries", async () => {
    const system = buildSystem();
    const { root } = await append(system.storage, "decided", "decided");
    await sign(system);
    const [seal] = await readSeals(system.storage.store);
    const note = parseNote(seal?.checkpoint ?? "");
    const read = note.ok ? parseCheckpoint(note.note.text) : note;
    expect(read).toMatchObject({ ok: true, checkpoint: { origin: "ledger.example/countersign", size: 2 } });
    expect(seal?.root).toBe(root);
  });

  test("makes several seals of very much, so that no receipt is made from more than 4,096 entries and a block", async () => {
    const system = buildSystem();
    for (let blocks = 0; blocks < 100; blocks += 1)
      await append(system.storage, ...Array.from({ length: 45 }, () => "executed" as const));
    await sign(system);
    expect(await listSeals(system)).toEqual([
      [0, 4_140, "signed"],
      [4_140, 4_500, "signed"],
    ]);
  });

  test("twenty at once make one seal", async () => {
    const system = buildSystem();
    const decided = await append(system.storage, "decided");
    await Promise.all(Array.from({ length: 20 }, () => deliver(system, decided)));
    expect(await listSeals(system)).toEqual([[0, 1, "signed"]]);
  });

  test("gives up for now when others are always first", async () => {
    const system = buildSystem({
      wrap: (ports) => ({
        ...ports,
        store: {
          get: (keys) => ports.store.get(keys),
          query: (range) => ports.store.query(range),
          write: async () => ({ outcome: "conflict", failed: [0] }),
        },
      }),
    });
    await append(system.storage, "decided");
    await expect(sign(system)).rejects.toThrow(SealContended);
  });
});

// Each of them happens at most once in a signing.
const crashPoints = [
  ["store.query", "before", 1],
  ["store.query", "before", 2],
  ["ledger.blocks", "before", 1],
  ["store.write", "before", 1],
  ["store.write", "after", 1],
  ["ledger.sign", "before", 1],
  ["ledger.sign", "after", 1],
  ["store.write", "before", 2],
  ["store.write", "after", 2],
] as const;

describe("a signing that broke off", () => {
  test.for(crashPoints)(
    "%s the effect of %s number %i is finished by the next one",
    async ([call, when, nth]) => {
      const undisturbed = buildSystem();
      const system = buildSystem({ wrap: breakOnce(call, when, nth) });
      const block = await append(system.storage, "decided");
      expect(await undisturbed.storage.ledger.append(block)).toBe("appended");
      await expect(sign(system)).rejects.toThrow(StoreUnavailable);
      // What was intended is sealed as it was intended, and what came later by a seal of its own.
      const [left] = await readIntents(system.storage.store);
      await append(system.storage, "decided");
      await sign(system);
      await sign(undisturbed);
      const [seal] = await readSeals(system.storage.store);
      const [expected] = await readSeals(undisturbed.storage.store);
      const resumed = left === undefined ? { from: 0, to: 2 } : { ...left, checkpoint: expected?.checkpoint };
      expect(seal).toMatchObject(resumed);
      expect(await checkLedger(system.storage)).toEqual({ ok: true, size: 2, sealed: 2, intents: 0 });
    },
  );
});

const intentKey = (from: number) =>
  ({ table: "seal", partition: "intents#default", sort: String(from).padStart(16, "0") }) as const;

/** Puts an intent past the only function that may. */
async function putIntent({ store }: Storage, intent: Intent): Promise<void> {
  await store.write([{ action: "put", key: intentKey(intent.from), body: intent, expect: "anything" }]);
}

/** The ledger, but with some of its blocks read as others, as if its rows had been altered. */
function alterBlocks(alter: (block: Block) => Block): (ports: Ports) => Ports {
  return (ports) => ({
    ...ports,
    ledger: {
      last: () => ports.ledger.last(),
      append: (block) => ports.ledger.append(block),
      find: (id) => ports.ledger.find(id),
      entriesOf: (id) => ports.ledger.entriesOf(id),
      blockOf: (index) => ports.ledger.blockOf(index),
      blocks: async (from, limit) => (await ports.ledger.blocks(from, limit)).map(alter),
    },
  });
}

const swap = ([first = "", second = "", ...others]: readonly string[]) => [second, first, ...others];
const other = "ab".repeat(32);

describe("an altered ledger is not signed, and an alarm says so", () => {
  const lies: readonly (readonly [string, (block: Block) => Block])[] = [
    [
      "an entry altered",
      (block) => ({ ...block, entries: block.entries.map((text) => text.replace("ann", "eve")) }),
    ],
    ["two entries swapped", (block) => ({ ...block, entries: swap(block.entries) })],
    ["an entry removed", (block) => ({ ...block, entries: block.entries.slice(1) })],
    ["a root of its own", (block) => ({ ...block, root: other })],
    ["peaks of another tree", (block) => ({ ...block, peaks: block.peaks.map(() => other) })],
    ["another place", (block) => ({ ...block, from: block.from + 1 })],
  ];
  test.for(lies)("%s", async ([, lie]) => {
    let isAltered = false;
    const system = buildSystem({ wrap: alterBlocks((block) => (isAltered ? lie(block) : block)) });
    await append(system.storage, "decided", "decided", "decided");
    await sign(system);
    await append(system.storage, "decided", "decided");
    isAltered = true;
    await expect(sign(system)).rejects.toThrow(LedgerAltered);
    expect(await listSeals(system)).toEqual([[0, 3, "signed"]]);
    expect(system.log).toMatchObject([{ level: "alarm", event: "ledger-altered" }]);
    isAltered = false;
    await sign(system);
    expect(await checkLedger(system.storage)).toEqual({ ok: true, size: 5, sealed: 5, intents: 0 });
  });

  test("a ledger whose first blocks were replaced by others, with fitting hashes", async () => {
    const system = buildSystem();
    await append(system.storage, "decided", "decided");
    await sign(system);
    const forged = buildStorage();
    await append(forged, "decided", "decided");
    await append(forged, "decided");
    const { store } = system.storage;
    const log: LogLine[] = [];
    const parts = { ...partsOf(system, log), store, ledger: forged.ledger };
    await expect(signLedger(parts)).rejects.toThrow(LedgerAltered);
    expect(log).toEqual([{ level: "alarm", event: "ledger-altered", code: "not-an-extension", count: 2 }]);
    expect(await listSeals(system)).toEqual([[0, 2, "signed"]]);
  });

  test.for([
    ["of another root", { root: other }, "intent-differs"],
    ["that ends where no block ends", { to: 4 }, "intent-differs"],
    ["beyond the ledger", { to: 9 }, "intent-differs"],
  ] as const)("an intent %s", async ([, change, code]) => {
    const system = buildSystem({ wrap: breakOnce("ledger.sign", "before", 2) });
    await append(system.storage, "decided", "decided", "decided");
    await sign(system);
    await append(system.storage, "decided", "decided");
    await expect(sign(system)).rejects.toThrow(StoreUnavailable);
    const intent = (await readIntents(system.storage.store)).at(-1);
    if (intent === undefined) throw new Error("Nothing was intended.");
    await putIntent(system.storage, { ...intent, ...change });
    await expect(sign(system)).rejects.toThrow(LedgerAltered);
    expect(system.log.at(-1)).toMatchObject({ level: "alarm", event: "ledger-altered", code });
    expect((await listSeals(system)).at(-1)?.[2]).toBe("intended");
  });

  test("an intent that does not go on from a seal", async () => {
    const system = buildSystem();
    await append(system.storage, "decided");
    const { root } = await append(system.storage, "decided");
    await putIntent(system.storage, { v: 1, from: 1, to: 2, root, at: 1 });
    await expect(sign(system)).rejects.toThrow(LedgerAltered);
    expect(system.log).toEqual([
      { level: "alarm", event: "ledger-altered", code: "intent-without-seal", count: 0 },
    ]);
    expect(await readSeals(system.storage.store)).toEqual([]);
  });

  test("a seal whose intent was made away with", async () => {
    const system = buildSystem();
    await append(system.storage, "decided", "decided");
    await sign(system);
    await system.storage.store.write([{ action: "delete", key: intentKey(0), expect: "anything" }]);
    await append(system.storage, "decided");
    await expect(sign(system)).rejects.toThrow(LedgerAltered);
    expect(system.log).toEqual([
      { level: "alarm", event: "ledger-altered", code: "intent-without-seal", count: 2 },
    ]);
    expect(await readSeals(system.storage.store)).toHaveLength(1);
  });
});

test("another key signs nothing that the log's readers believe", async () => {
  const system = buildSystem();
  await append(system.storage, "decided");
  const { signer } = buildKeyPair("ledger.example/countersign", 8);
  await signLedger({ ...partsOf(system, []), findSigner: async () => signer });
  expect(await checkLedger(system.storage)).toMatchObject({ ok: false, fault: "untrusted" });
});

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("append"), entries: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("sign", "deliver"), at: fc.nat(9) }) },
);

test("whatever breaks off and comes again, there is no gap, no fork and one root for each size", async () => {
  const seen = { signed: 0, broken: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 4, maxLength: 14 }),
      fc.array(fc.nat(11)),
      async (steps, faults) => {
        const storage = buildStorage();
        const ports: Ports = { ...storage, stateMachine: buildMachine() };
        const left = [...faults];
        const wrap = () =>
          breakPorts(ports, async () => {
            const drawn = left.pop();
            return drawn === 0 ? "before" : drawn === 1 ? "after" : undefined;
          });
        const system = buildSystem({ storage, wrap });
        for (const one of steps) {
          try {
            if (one.kind === "append")
              await append(storage, ...Array.from({ length: one.entries }, () => "decided" as const));
            else if (one.kind === "sign") await Promise.all([sign(system), sign(system)]);
            else await deliver(system, ...(await readAllBlocks(storage.ledger)).slice(-one.at));
          } catch (error) {
            if (!(error instanceof CountersignError)) throw error;
            seen.broken += 1;
          }
          // At every moment: what is signed is a prefix of the ledger, and all of it is one log.
          expect(await checkLedger(storage)).toMatchObject({ ok: true });
        }
        left.length = 0;
        await sign(system);
        const checked = await checkLedger(storage);
        if (!checked.ok) throw new Error(checked.why);
        expect({ sealed: checked.sealed, intents: checked.intents }).toEqual({
          sealed: checked.size,
          intents: 0,
        });
        seen.signed += (await readSeals(storage.store)).length;
      },
    ),
    { numRuns: 150 },
  );
  console.log(`signing: ${seen.signed} seals, ${seen.broken} steps broken off`);
  expect(seen.broken).toBeGreaterThan(0);
});

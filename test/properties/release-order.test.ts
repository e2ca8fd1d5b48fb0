import fc from "fast-check";
import { expect, test } from "vitest";
import { parseLedgerEntry } from "../../shared/wire/ledger-entry.ts";
import { loadRunState } from "../../shared/records/run-records.ts";
import { loadRecord } from "../../shared/records/loaded.ts";
import { tokenKey } from "../../shared/records/keys.ts";
import { tokenSchema } from "../../shared/domain/token.ts";
import { readOutbox } from "../builders/build-live-run.ts";
import { buildStorage } from "../builders/build-system.ts";
import { checkLedger } from "../builders/check-ledger.ts";
import { Tally } from "../builders/tally.ts";
import { judgeReply } from "./judge-reply.ts";
import {
  type Operation,
  type OperationKind,
  operations,
  people,
  type Reply,
  settle,
  type Who,
} from "./release-operations.ts";
import { createWorld, type World } from "./release-world.ts";
import type { Shape } from "./requirement-on-paper.ts";

/** In parts, so that a slow machine has time for each. */
const parts = [1, 2, 3, 4] as const;
const sequencesPerPart = 500;
const worldsPerStorage = 20;

const weights: Record<OperationKind, number> = {
  vote: 12,
  append: 6,
  sign: 6,
  release: 6,
  ask: 4,
  "ask-again": 2,
  sweep: 2,
  advance: 2,
  crash: 1,
  "ended-again": 1,
  withdraw: 1,
  cancel: 1,
  open: 2,
};
const kinds = Object.entries(weights).flatMap(([kind, weight]) =>
  Array.from({ length: weight }, () => kind as OperationKind),
);
// Most votes come from people who may vote at some time.
const drawnPeople = [
  ...people,
  ...Array.from({ length: 3 }, () => ["asker", "asker", "fay", "flo", "fred"] as const).flat(),
];

const operation = fc.record({
  kind: fc.constantFrom(...kinds),
  who: fc.constantFrom(...drawnPeople),
  on: fc.nat(1),
  pick: fc.nat(1_000_000),
});

/** What it takes to get the first requirement approved and its call woken; most orders of it do. */
const step = (kind: OperationKind, who: Who = "ci") => ({ kind, who, on: 0, pick: 1 });
const story = [
  step("ask"),
  step("vote", "asker"),
  step("vote", "fay"),
  step("vote", "flo"),
  step("append"),
  step("sign"),
  step("release"),
  step("append"),
  step("sign"),
  step("release"),
  step("ask-again"),
];

const sequence = fc.record({
  setting: fc.record({
    seed: fc.integer(),
    shapes: fc.array(fc.constantFrom<Shape>("confirm", "sign-off", "both", "both", "two-of-three", "doubt"), {
      minLength: 1,
      maxLength: 2,
    }),
    opensLate: fc.nat(3).map((draw) => draw === 0),
    overlap: fc.constantFrom(0, 3, 10, 30, 100),
    faults: fc.constantFrom(0, 1, 3, 8, 16),
  }),
  story: fc.oneof(fc.constant([]), fc.subarray(story), fc.shuffledSubarray(story, { minLength: 6 })),
  noise: fc.array(operation, { minLength: 2, maxLength: 12, size: "max" }),
  redelivers: fc.boolean(),
});

test.for(parts)(
  "any order of asking, deciding, sealing, releasing, adopting and expiring releases exactly once, part %i",
  { timeout: 300_000 },
  async (part) => {
    let storage = buildStorage();
    let played = 0;
    const tally = new Tally();
    const seed = (Number(process.env["PROPERTY_SEED"] ?? Date.now()) + part) % 2 ** 31;
    console.log(`release order, part ${part}: repeat with PROPERTY_SEED=${seed - part}`);
    await fc.assert(
      fc.asyncProperty(sequence, async ({ setting, story: told, noise, redelivers }) => {
        // Seals are each tenant's, and the ledger is one: every world would sign those before it too.
        if (played % worldsPerStorage === 0) storage = buildStorage();
        played += 1;
        const world = await createWorld(storage, setting, tally);
        const replies = await play(
          world,
          interleave(world, told, noise).map((one, place) => ({ ...one, name: `operation-${place}` })),
        );
        await settle(world, redelivers);
        await expectReleased(world);
        expect([...world.violations, ...replies.flatMap((reply) => judgeReply(world, reply))]).toEqual([]);
      }),
      { numRuns: sequencesPerPart, seed },
    );
    tally.print(`release order: ${sequencesPerPart} sequences, seed ${seed}`);
    for (const outcome of ["approved", "rejected", "answered", "expired", "cancelled", "pending"]) {
      expect(tally.of(`outcome ${outcome}`)).toBeGreaterThan(0);
    }
    expect(tally.of("woken by sent")).toBeGreaterThan(0);
    expect(tally.of("woken by turned-away")).toBeGreaterThan(0);
  },
);

function interleave<T>({ draw }: World, some: readonly T[], others: readonly T[]): readonly T[] {
  const [left, right] = [[...some], [...others]];
  const merged: T[] = [];
  while (left.length + right.length > 0) {
    const next = draw(left.length + right.length) < left.length ? left.shift() : right.shift();
    if (next !== undefined) merged.push(next);
  }
  return merged;
}

async function play(world: World, drawn: readonly Operation[]): Promise<readonly Reply[]> {
  const replies: Reply[] = [];
  const tasks = drawn.map((one) => async () => {
    const said = await operations[one.kind](world, one);
    world.tally.add(`${one.kind} -> ${said}`);
    replies.push({ operation: one, said });
  });
  await world.scheduler.run(tasks, world.setting.overlap);
  return replies;
}

/** After everything came once more: closed means released and woken, open means still waited for. */
async function expectReleased(world: World): Promise<void> {
  const { system, run, paper, marks, waits, tally } = world;
  const { store } = system.storage;
  const state = await loadRunState(store, run.tenant, run.id);
  const current = state?.run.epoch;
  expect(
    system.machine.executions.filter(({ status }) => status === "RUNNING").map(({ name }) => name),
  ).toEqual([`${run.id}-${current}`]);
  for (const id of world.opened) {
    const on = paper.get(id);
    const stored = state?.requirements.find((requirement) => requirement.id === id);
    const token = (await loadRecord(store, tokenKey(run.tenant, id), tokenSchema))?.value;
    const ofCurrent = waits.filter((one) => one.requirement === id && one.epoch === current);
    const opened = token?.sealed === undefined ? undefined : await system.storage.openToken(token.sealed, id);
    const isClosed = on?.status !== "pending";
    expect({
      status: stored?.status,
      settledAs: stored?.settledAs,
      waits: ofCurrent.map(({ state: how }) => how),
      released: token?.released?.status,
      marked: marks.has(id),
      token: opened,
    }).toEqual({
      status: on?.status,
      settledAs: on?.settledAs,
      waits: [isClosed ? "passed" : "waiting"],
      released: isClosed ? on?.status : undefined,
      marked: isClosed,
      token: isClosed ? undefined : ofCurrent[0]?.token,
    });
    tally.add(`outcome ${on?.status}`);
    tally.add(`outcome ${on?.shape} ${on?.settledAs ?? on?.status}`);
    if (isClosed) tally.add(`woken by ${ofCurrent[0]?.passedBy}`);
  }
  await expectSealed(world);
}

/** Everything that was committed is in the ledger, once, and everything there is sealed. */
async function expectSealed({ system, run, firstIndex }: World): Promise<void> {
  const { store, ledger } = system.storage;
  const rows = await readOutbox(store, system.tenant, run.id);
  const appended = await Promise.all(rows.map(({ body }) => ledger.find(String(body["id"]))));
  expect(appended).not.toContain(undefined);
  const blocks = await ledger.blocks(firstIndex, 1_000);
  const ids = blocks.flatMap(({ entries }) => entries.map((text) => parseLedgerEntry(text)?.id));
  expect(new Set(ids).size).toBe(ids.length);
  const checked = await checkLedger(system.storage, system.tenant);
  expect(checked).toEqual({
    ok: true,
    size: firstIndex + ids.length,
    sealed: firstIndex + ids.length,
    intents: 0,
  });
}

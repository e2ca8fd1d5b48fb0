import fc from "fast-check";
import { expect, test } from "vitest";
import type { ItemKey, Revision, Store, WriteAction } from "../../shared/ports/store.ts";
import { freshPartition, someRevision } from "./store-builders.ts";

/** An action as drawn: on one of three items, with an expectation in words. */
interface Draw {
  readonly slot: number;
  readonly action: "put" | "delete" | "check";
  readonly expect: "absent" | "current" | "stale" | "anything";
}

/** Which expectations the port lets an action have. */
const drawOf = {
  put: fc.constantFrom("absent", "current", "stale", "anything"),
  delete: fc.constantFrom("current", "stale", "anything"),
  check: fc.constantFrom("absent", "current", "stale"),
} as const;

const draw: fc.Arbitrary<Draw> = fc
  .record({ slot: fc.nat(2), action: fc.constantFrom("put", "delete", "check") })
  .chain((drawn) => drawOf[drawn.action].map((expectation) => ({ ...drawn, expect: expectation })));

const transactions = fc.array(
  fc.uniqueArray(draw, { selector: ({ slot }) => slot, minLength: 1, maxLength: 3 }),
  { maxLength: 12 },
);

/** One item on paper: its body's number while it is there, and every revision it ever had. */
interface Slot {
  held: number | undefined;
  readonly revisions: Revision[];
}

export function describeModel(makeStore: () => Promise<Store>): void {
  test("any sequence of transactions over three items goes as it does on paper", async () => {
    const store = await makeStore();
    const counts = { written: 0, conflict: 0 };
    await fc.assert(
      fc.asyncProperty(transactions, async (drawn) => playOnBoth(store, drawn, counts)),
      { numRuns: 60 },
    );
    console.log(`transactions: ${JSON.stringify(counts)}`);
    expect(Math.min(counts.written, counts.conflict)).toBeGreaterThan(0);
  });
}

async function playOnBoth(
  store: Store,
  drawn: readonly (readonly Draw[])[],
  counts: { written: number; conflict: number },
): Promise<void> {
  const partition = freshPartition();
  const keys = ["a", "b", "c"].map((sort): ItemKey => ({ table: "work", partition, sort }));
  const slots = keys.map((): Slot => ({ held: undefined, revisions: [] }));
  const foreign = await someRevision(store);

  for (const [n, draws] of drawn.entries()) {
    const outcome = await store.write(draws.map((one) => toAction(one, n, keys, slots, foreign)));
    counts[outcome.outcome] += 1;
    const failed = draws.flatMap((one, position) => (holdsOnPaper(one, slots) ? [] : [position]));
    expect(outcome.outcome === "conflict" ? outcome.failed : []).toEqual(failed);
    if (outcome.outcome === "conflict") continue;
    const { revisions } = outcome;
    expect(revisions.map((revision) => revision !== undefined)).toEqual(
      draws.map(({ action }) => action === "put"),
    );
    for (const [position, one] of draws.entries()) applyOnPaper(one, n, slots, revisions[position]);
  }
  const items = await store.get(keys);
  expect(items.map((item) => item?.body["n"])).toEqual(slots.map(({ held }) => held));
}

function toAction(
  { slot, action, expect: wanted }: Draw,
  n: number,
  keys: readonly ItemKey[],
  slots: readonly Slot[],
  foreign: Revision,
): WriteAction {
  const known = slots[slot]?.revisions ?? [];
  const revision = (wanted === "current" ? known.at(-1) : known.at(-2)) ?? foreign;
  const expectation = wanted === "absent" || wanted === "anything" ? wanted : revision;
  return { action, key: keys[slot], body: { n }, expect: expectation } as WriteAction;
}

function holdsOnPaper({ slot, expect: wanted }: Draw, slots: readonly Slot[]): boolean {
  const isThere = slots[slot]?.held !== undefined;
  return wanted === "anything" || (wanted === "absent" && !isThere) || (wanted === "current" && isThere);
}

function applyOnPaper({ slot, action }: Draw, n: number, slots: readonly Slot[], revision?: Revision): void {
  const target = slots[slot];
  if (target === undefined || action === "check") return;
  target.held = action === "put" ? n : undefined;
  if (revision !== undefined) target.revisions.push(revision);
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Inspection, nothingLeft } from "./inspect-data.ts";
import type { KillPlan } from "./kill-plan.ts";
import { play } from "./play.ts";
import {
  adoption,
  cancellation,
  doubt,
  expiry,
  note,
  refund,
  rejection,
  type Story,
  withdrawal,
} from "./stories.ts";

const nothing: Inspection = {
  runs: [],
  calls: [],
  refunds: [],
  notes: [],
  restarts: 0,
  sealed: [],
  ledger: "whole",
  leftovers: nothingLeft,
};

/** What each story leaves, however often it was interrupted. */
const endings: readonly (readonly [Story, Inspection])[] = [
  [
    refund,
    {
      ...nothing,
      runs: ["completed"],
      calls: ["succeeded"],
      refunds: ["250.00"],
      sealed: ["requested", "confirmed", "decided", "executed"],
    },
  ],
  [
    note,
    {
      ...nothing,
      runs: ["completed"],
      calls: ["succeeded"],
      notes: ["customer was told"],
      sealed: ["audit-call", "executed"],
    },
  ],
  [
    rejection,
    {
      ...nothing,
      runs: ["completed"],
      calls: ["refused"],
      sealed: ["requested", "confirmed", "decided", "executed"],
    },
  ],
  [
    withdrawal,
    { ...nothing, runs: ["completed"], calls: ["cancelled"], sealed: ["requested", "withdrawn", "executed"] },
  ],
  [
    cancellation,
    {
      ...nothing,
      runs: ["cancelled"],
      calls: ["cancelled"],
      sealed: ["requested", "confirmed", "cancelled", "cancelled", "executed"],
    },
  ],
  [
    doubt,
    {
      ...nothing,
      runs: ["completed"],
      calls: ["succeeded"],
      restarts: 1,
      sealed: ["requested", "confirmed", "in-doubt", "requested", "answered", "executed"],
    },
  ],
  [
    expiry,
    { ...nothing, runs: ["completed"], calls: ["refused"], sealed: ["requested", "expired", "executed"] },
  ],
  [
    adoption,
    {
      ...nothing,
      runs: ["completed"],
      calls: ["succeeded"],
      refunds: ["250.00"],
      sealed: ["requested", "confirmed", "decided", "executed"],
    },
  ],
];

/** `writes.txt` has a line `<story>: <write>` for each write of a story, repeats left out, in the order of the first. */
function readListed(story: Story): readonly string[] {
  const lines = readFileSync(join(import.meta.dirname, "writes.txt"), "utf8").split("\n");
  return lines.flatMap((line) =>
    line.startsWith(`${story.name}: `) ? [line.slice(story.name.length + 2)] : [],
  );
}

type When = "before" | "after";
const moments: readonly When[] = ["before", "after"];

/** Writes that an earlier story was killed at already; later ones are killed at what they add. */
const covered = new Set<string>();

for (const [story, ending] of endings) {
  const begins: readonly KillPlan[] = story.begins === undefined ? [] : [story.begins];
  const uninterrupted = await play(story, ...begins);
  const { writes } = uninterrupted;
  const places = writes.flatMap((write, place) => (covered.has(write) ? [] : [place + 1]));
  for (const write of writes) covered.add(write);
  const points = places.flatMap((ordinal) => moments.map((when) => ({ ordinal, when })));
  const missed = { before: new Set<string>(), after: new Set<string>() };
  for (const { ordinal, when } of points) missed[when].add(writes[ordinal - 1] ?? "");

  /** Dies there, and maybe again at the first write after it, and ends as ever. */
  async function expectEnding(ordinal: number, when: When, isKilledAgain: boolean): Promise<void> {
    const again: readonly KillPlan[] = isKilledAgain ? [{ at: "write", ordinal: 1, when }] : [];
    const played = await play(story, ...begins, { at: "write", ordinal, when }, ...again);
    const [wrote = []] = played.deaths.slice(begins.length);
    const died = wrote.at(-1) ?? "";
    missed[when].delete(died);
    console.log(`${story.name}: killed ${when} write ${wrote.length}, ${died}`);
    expect(wrote.length).toBe(ordinal);
    expect(wrote.filter((write) => !writes.includes(write))).toEqual([]);
    expect(played.inspection).toEqual(ending);
  }

  describe(`the story "${story.name}"`, () => {
    test("writes what writes.txt lists, and nothing else", () => {
      const lines = writes.map((write) => `${story.name}: ${write}`);
      console.log(lines.join("\n"));
      expect([...new Set(writes)].toSorted()).toEqual(readListed(story).toSorted());
    });

    test("ends as it should when nothing interrupts it", () => {
      expect(uninterrupted.deaths.length).toBe(begins.length);
      expect(uninterrupted.inspection).toEqual(ending);
    });

    test.concurrent.for(points)("ends the same when killed $when write $ordinal", ({ ordinal, when }) =>
      expectEnding(ordinal, when, false),
    );

    test.concurrent.for(places)(
      "ends the same when killed after write %s and again after the next",
      (ordinal) => expectEnding(ordinal, "after", true),
    );

    test("was killed before and after every write", async () => {
      // What is written at once, a sweep beside a run above all, changes places: the neighbourhood is tried.
      for (const when of moments) {
        for (const write of missed[when]) {
          const place = writes.indexOf(write) + 1;
          for (const ordinal of [0, 1, -1, 2, -2, 3, -3, 0].map((offset) => place + offset)) {
            if (missed[when].has(write) && ordinal >= 1 && ordinal <= writes.length)
              await expectEnding(ordinal, when, false);
          }
        }
      }
      console.log(`${story.name}: ${points.length} kill points, ${places.length} of them killed twice`);
      expect([...missed.before, ...missed.after]).toEqual([]);
    });
  });
}

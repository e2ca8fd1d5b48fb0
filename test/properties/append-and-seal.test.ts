import fc from "fast-check";
import { expect, test } from "vitest";
import { CountersignError } from "../../shared/domain/errors.ts";
import type { StreamRecord } from "../../shared/ports/functions.ts";
import type { ItemKey } from "../../shared/ports/store.ts";
import { breakPorts } from "../builders/break-ports.ts";
import { expectWritten } from "../builders/build-live-run.ts";
import { buildStorage, buildSystem } from "../builders/build-system.ts";
import { checkLedger, readAllBlocks } from "../builders/check-ledger.ts";
import { makeEntry } from "../contract/block-builders.ts";
import { parseLedgerEntry } from "../../shared/wire/ledger-entry.ts";

// From rows of the outbox to seals and the published log, as streams deliver: at least once, in any pieces, to several at a time, and
// each call of a port may break off before or after it took effect.

const keyOf = (place: number): ItemKey => ({
  table: "decisions",
  partition: `outbox#default#${place % 4}`,
  sort: `entry-${place}`,
});

const bodyOf = (place: number) => makeEntry({ id: `entry-${place}`, kind: "decided", at: place });

const recordOf = (place: number): StreamRecord => ({ sequence: `record-${place}`, key: keyOf(place) });

/** Any of `rows` places, in any order, some of them several times. */
function arbitrarySteps(rows: number) {
  const places = fc.array(fc.nat(rows - 1), { minLength: 1, maxLength: 12 });
  const step = fc.oneof(
    fc.record({ kind: fc.constant("append" as const), places }),
    fc.record({ kind: fc.constant("sign" as const) }),
    fc.record({ kind: fc.constant("publish" as const) }),
  );
  // What stands in one array happens at once.
  return fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 3, maxLength: 10 });
}

const rows = 30;

test("random crashes and deliveries that come twice leave no gap, no fork and no second entry", async () => {
  const seen = { broken: 0, duplicates: 0 };
  await fc.assert(
    fc.asyncProperty(arbitrarySteps(rows), fc.array(fc.nat(9), { maxLength: 80 }), async (steps, faults) => {
      const left = [...faults];
      const storage = buildStorage();
      const system = buildSystem({
        storage,
        wrap: (ports) =>
          breakPorts(ports, async () => {
            const drawn = left.pop();
            return drawn === 0 ? "before" : drawn === 1 ? "after" : undefined;
          }),
      });
      for (let place = 0; place < rows; place += 1) {
        const put = { action: "put", key: keyOf(place), body: bodyOf(place), expect: "absent" } as const;
        await expectWritten(storage.store, [put]);
      }
      const delivered: number[] = [];
      for (const atOnce of steps) {
        const outcomes = await Promise.allSettled(
          atOnce.map((step) => {
            if (step.kind !== "append") {
              return system.invoke(step.kind === "sign" ? "sign-checkpoint" : "publish-log", {});
            }
            delivered.push(...step.places);
            return system.deliver("append-ledger", step.places.map(recordOf));
          }),
        );
        for (const outcome of outcomes) {
          if (outcome.status === "fulfilled") continue;
          if (!(outcome.reason instanceof CountersignError)) throw outcome.reason;
          seen.broken += 1;
        }
        expect(await checkLedger(storage)).toMatchObject({ ok: true });
      }
      left.length = 0;
      seen.duplicates += delivered.length - new Set(delivered).size;
      // What was not done comes again in the end.
      for (let place = 0; place < rows; place += 1) {
        expect(await system.deliver("append-ledger", [recordOf(place)])).toEqual({ failed: [] });
      }
      await system.invoke("sign-checkpoint", {});
      const blocks = await readAllBlocks(storage.ledger);
      const ids = blocks.flatMap(({ entries }) => entries.map((text) => parseLedgerEntry(text)?.id));
      expect(ids).toHaveLength(rows);
      expect(new Set(ids).size).toBe(rows);
      expect(await checkLedger(storage)).toEqual({ ok: true, size: rows, sealed: rows, intents: 0 });
      expect(system.log.filter(({ level }) => level === "alarm")).toEqual([]);
    }),
    { numRuns: 40 },
  );
  console.log(`append and seal: ${seen.broken} broken off, ${seen.duplicates} delivered again`);
  expect(seen.broken).toBeGreaterThan(0);
  expect(seen.duplicates).toBeGreaterThan(0);
});

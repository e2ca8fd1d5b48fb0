import { describe, expect, test } from "vitest";
import { InvariantBroken, ItemTooLarge } from "../../../shared/domain/errors.ts";
import { outboxWrite } from "../../../shared/records/outbox.ts";
import {
  type EntryField,
  entryFields,
  entryKinds,
  entrySources,
  type LedgerEntry,
  ledgerEntrySchema,
} from "../../../shared/wire/ledger-entry.ts";
import { buildEntry, sampleFields } from "../../builders/build-entry.ts";

const names = Object.keys(sampleFields) as readonly EntryField[];
const oldKinds = [
  "requested",
  "cancelled",
  "expired",
  "confirmed",
  "decided",
  "answered",
  "refused",
  "withdrawn",
  "audit-call",
  "executed",
  "in-doubt",
];

/** The field for which the outbox refuses the entry; `undefined` where it takes it. */
function misfitOf(entry: LedgerEntry): string | undefined {
  try {
    outboxWrite(entry);
    return undefined;
  } catch (error) {
    return error instanceof InvariantBroken
      ? /malformed at "(.*)":/.exec(error.message)?.[1]
      : "another error";
  }
}

describe.for(entryKinds)("an entry of kind %s", (kind) => {
  const requires: readonly EntryField[] = entryFields[kind].requires;
  const may: readonly EntryField[] = entryFields[kind].may;

  test("is written to the outbox of its one source table", () => {
    expect(outboxWrite(buildEntry({ kind })).key.table).toBe(entrySources[kind]);
  });

  test("is refused without any one of the fields that it requires", () => {
    const unread: EntryField[] = [];
    const unwritten = new Map<EntryField, string | undefined>();
    for (const name of requires) {
      const { [name]: _left, ...lacking } = buildEntry({ kind });
      if (!ledgerEntrySchema.safeParse(lacking).success) unread.push(name);
      unwritten.set(name, misfitOf(lacking));
    }
    expect(unread).toEqual(requires);
    expect(unwritten).toEqual(new Map(requires.map((name) => [name, name])));
  });

  test("takes each field that it may have, and refuses each other one", () => {
    const others = names.filter((name) => !requires.includes(name));
    const entryWith = (name: EntryField) => buildEntry({ kind, [name]: sampleFields[name] });
    const readable = others.filter((name) => ledgerEntrySchema.safeParse(entryWith(name)).success);
    const old: readonly EntryField[] = oldKinds.includes(kind) ? ["inputDigest"] : [];
    expect(new Set(readable)).toEqual(new Set([...may, ...old]));
    const refused = new Map(others.map((name) => [name, misfitOf(entryWith(name))]));
    expect(refused).toEqual(new Map(others.map((name) => [name, may.includes(name) ? undefined : name])));
  });

  test("is refused with a field that no entry has", () => {
    const entry = { ...buildEntry({ kind }), comment: "hello" };
    expect(ledgerEntrySchema.safeParse(entry).success).toBe(false);
    expect(() => outboxWrite(entry)).toThrow(InvariantBroken);
  });
});

test("no entry may say twice what it requires", () => {
  for (const { requires, may } of Object.values(entryFields)) {
    const all: readonly EntryField[] = [...requires, ...may];
    expect(new Set(all).size).toBe(all.length);
  }
});

test("an entry beyond what a receipt carries is refused where it is made, in words that say so", () => {
  // A control character takes six bytes in JSON, so the longest texts of all fields together are too long.
  const long = "\u0001".repeat(300);
  const ids = { id: long, tenant: long, run: long, agent: long, call: long, tool: long, prev: long };
  const large = buildEntry({ kind: "executed", ...ids, requirement: long, outcome: long, code: long });
  expect(() => outboxWrite(large)).toThrow(ItemTooLarge);
  expect(() => outboxWrite(large)).toThrow(/kind executed has \d+ bytes, and a receipt carries 16384/);
});

test("the outbox row of an event without a run is spread by the event's own id", () => {
  const partitions = ["a", "b", "c", "d"].map(
    (id) => outboxWrite(buildEntry({ kind: "pool-changed", id })).key.partition,
  );
  expect(new Set(partitions).size).toBe(4);
});

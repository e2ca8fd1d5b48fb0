import { describe, expect, test } from "vitest";
import { type EntryField, entryFields, entryKinds, entrySources } from "../../shared/wire/ledger-entry.ts";
import { readDocument, rowsOf } from "./read-document.ts";

const rows = rowsOf(readDocument("docs/ledger-entries.md")).filter((cells) => cells.length === 6);

const run = ["run", "agent"];
const call = [...run, "call", "tool"];
const requirement = [...call, "requirement", "version", "digest", "policyHash"];
const abbreviations: Readonly<Record<string, readonly string[]>> = {
  "–": [],
  call,
  requirement,
  vote: [...requirement, "stage", "decision", "channel"],
  "outcome of a call": ["requirement", "version", "digest", "prev", "commitments"],
};

/** In the column "may" every word but the last abbreviation is a field's name. */
const readFields = (cell = "", words = abbreviations) =>
  cell.split(", ").flatMap((word) => words[word] ?? [word]);

const { "–": none = [], "outcome of a call": outcome = [] } = abbreviations;

describe("docs/ledger-entries.md", () => {
  test("has every kind once, in the order of the code, with its one source", () => {
    const documented = rows.map(([, kind, source]) => [kind, source]);
    expect(documented).toEqual(entryKinds.map((kind) => [kind, entrySources[kind]]));
  });

  test.for(entryKinds)("says which fields %s requires and may have", (kind) => {
    const [, , , requires, may] = rows.find((cells) => cells[1] === kind) ?? [];
    const fields: { readonly requires: readonly EntryField[]; readonly may: readonly EntryField[] } =
      entryFields[kind];
    expect(readFields(requires, { ...abbreviations, run })).toEqual(fields.requires);
    expect(readFields(may, { "–": none, "outcome of a call": outcome })).toEqual(fields.may);
  });

  test("says of every kind when it is written, or what it comes with", () => {
    expect(rows.filter(([event, , , , , written]) => event === "" || written === "")).toEqual([]);
  });
});

import { expect, test } from "vitest";
import { csvHeader, writeCsvRow } from "../../../local/cli/entry-csv.ts";
import { buildEntry } from "../../builders/build-entry.ts";
import { makeEntry } from "../../contract/block-builders.ts";

const changed = {
  about: { kind: "entry", id: "3" },
  hash: { before: null, after: "8c".repeat(32) },
} as const;

const cellsOf = (row: string) => row.trimEnd().slice(1, -1).split('","');

test("an entry is one row with a cell for each column", () => {
  const at = Date.UTC(2026, 10, 22, 12);
  const row = writeCsvRow(7, buildEntry({ id: "entry-7", kind: "correction", at, ...changed }));
  expect(cellsOf(row)).toHaveLength(csvHeader.split(",").length);
  expect(row).toBe(
    '"7","2026-11-22T12:00:00.000Z","correction","","","","ann","person","","","","","","","","","","","","","","","","","","entry","3","","8c8c","default","entry-7"\r\n'.replace(
      "8c8c",
      "8c".repeat(32),
    ),
  );
});

test.for(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])(
  "a cell that a spreadsheet would run is harmless: %j",
  (outcome) => {
    expect(cellsOf(writeCsvRow(0, makeEntry({ outcome })))[4]).toBe(`'${outcome}`);
  },
);

test("quotes are doubled, and a line end within a cell stays in it", () => {
  expect(writeCsvRow(0, makeEntry({ outcome: 'a "b"\n=c' }))).toContain(',"a ""b""\n=c",');
});

test("an entry of an unknown form has its place and nothing else", () => {
  expect(writeCsvRow(3, undefined)).toBe(`"3"${',""'.repeat(30)}\r\n`);
});

test("what an entry commits to, and the one before it, have cells of their own", () => {
  const commitments = { input: "1".repeat(64), result: "5".repeat(64) };
  const row = cellsOf(writeCsvRow(0, buildEntry({ prev: "before", commitments })));
  const header = csvHeader.trimEnd().split(",");
  const cellOf = (column: string) => row[header.indexOf(column)];
  expect(cellOf("prev")).toBe("before");
  expect(cellOf("inputCommitment")).toBe("1".repeat(64));
  expect(cellOf("commentCommitment")).toBe("");
  expect(cellOf("resultCommitment")).toBe("5".repeat(64));
});

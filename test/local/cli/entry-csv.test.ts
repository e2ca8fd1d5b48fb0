import { expect, test } from "vitest";
import { csvHeader, writeCsvRow } from "../../../local/cli/entry-csv.ts";
import { makeEntry } from "../../contract/block-builders.ts";

const cellsOf = (row: string) => row.trimEnd().slice(1, -1).split('","');

test("an entry is one row with a cell for each column", () => {
  const row = writeCsvRow(7, makeEntry({ id: "entry-7", at: Date.UTC(2026, 10, 22, 12), stage: 0 }));
  expect(cellsOf(row)).toHaveLength(csvHeader.split(",").length);
  expect(row).toBe(
    '"7","2026-11-22T12:00:00.000Z","decided","","","","ann","person","support","","run_1","","","","0","","","","","default","entry-7"\r\n',
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
  expect(writeCsvRow(3, undefined)).toBe(`"3"${',""'.repeat(20)}\r\n`);
});

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../../../shared/adapters/sqlite/database.ts";
import { createSqliteLedgerStore } from "../../../../shared/adapters/sqlite/ledger-store.ts";
import { blockAfter, makeEntry } from "../../../contract/block-builders.ts";
import { describeLedgerStoreContract } from "../../../contract/ledger-store-contract.ts";
import { makeTemporaryDirectory } from "./temporary-directory.ts";

function openLedger(path = ":memory:") {
  const database = openDatabase(path);
  onTestFinished(() => database.close());
  return createSqliteLedgerStore(database, { streams: [] });
}

describeLedgerStoreContract("SQLite", async () => openLedger());

describe("the SQLite ledger", () => {
  test.each([
    ["ledger_block", "UPDATE ledger_block SET root = x'00'"],
    ["ledger_block", "DELETE FROM ledger_block"],
    [
      "ledger_block",
      "INSERT OR REPLACE INTO ledger_block (start, count, peaks, root) VALUES (0, 1, x'', x'00')",
    ],
    ["ledger_entry", "UPDATE ledger_entry SET body = '{}'"],
    ["ledger_entry", "DELETE FROM ledger_entry"],
    ["ledger_entry", "INSERT OR REPLACE INTO ledger_entry (idx, body) VALUES (0, '{}')"],
    ["ledger_entry_id", "UPDATE ledger_entry_id SET idx = 7"],
    ["ledger_entry_id", "DELETE FROM ledger_entry_id"],
    ["ledger_entry_id", "INSERT OR REPLACE INTO ledger_entry_id (id, idx) VALUES ('entry-1', 7)"],
    ["ledger_requirement", "UPDATE ledger_requirement SET idx = 7"],
    ["ledger_requirement", "DELETE FROM ledger_requirement"],
    [
      "ledger_requirement",
      "INSERT OR REPLACE INTO ledger_requirement (requirement, idx) VALUES ('req_1', 0)",
    ],
  ])("the database refuses to change a row of %s: %s", async (table, statement) => {
    const path = join(makeTemporaryDirectory(), "test.db");
    const database = openDatabase(path);
    const ledger = createSqliteLedgerStore(database, { streams: [] });
    const entry = makeEntry({ id: "entry-1", requirement: "req_1" });
    await ledger.append(blockAfter(undefined, [entry]));
    database.close();

    using raw = new DatabaseSync(path);
    const rows = () => raw.prepare(`SELECT * FROM ${table}`).all();
    const before = rows();
    expect(() => raw.exec(statement)).toThrow("the ledger is append-only");
    expect(rows()).toEqual(before);
    expect(before).toHaveLength(1);
  });
});

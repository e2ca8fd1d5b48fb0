import { writeSync } from "node:fs";
import { openDatabase } from "../../../../shared/adapters/sqlite/database.ts";
import { createSqliteLedgerStore } from "../../../../shared/adapters/sqlite/ledger-store.ts";
import { createSqliteStore } from "../../../../shared/adapters/sqlite/store.ts";
import type { TableName } from "../../../../shared/ports/store.ts";
import { blockAfter, makeEntry } from "../../../contract/block-builders.ts";
import { killedStreams } from "./killed-streams.ts";

// Run as a process of its own: writes to the database named on the command line until it is killed, and prints the
// number of every write after the store has acknowledged it.
const [, , path = ""] = process.argv;
const database = openDatabase(path);
const store = createSqliteStore(database, { streams: killedStreams });
const ledger = createSqliteLedgerStore(database, { streams: killedStreams });

async function writePair(n: number): Promise<void> {
  const sort = String(n).padStart(6, "0");
  const second: TableName = n % 2 === 0 ? "decisions" : "rules";
  const outcome = await store.write([
    { action: "put", key: { table: "work", partition: "outbox#0", sort }, body: { n }, expect: "absent" },
    { action: "put", key: { table: second, partition: "pair", sort }, body: { n }, expect: "absent" },
  ]);
  if (outcome.outcome !== "written") throw new Error(`Write ${n} was a conflict.`);
}

for (let n = 0; ; n += 1) {
  await writePair(n);
  await ledger.append(blockAfter(await ledger.last(), [makeEntry({ id: `entry-${n}` })]));
  writeSync(1, `${n}\n`);
}

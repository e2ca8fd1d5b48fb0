import type { DatabaseSync } from "node:sqlite";
import { DataUnusable } from "../../domain/errors.ts";
import { readNumber } from "./columns.ts";

/** Kept in `user_version`; a change of the schema adds one and a migration from the version before. */
const SCHEMA_VERSION = 2;

/** The ledger was a chain of blocks up to this version, of which there was no release: nothing is migrated. */
const LAST_VERSION_WITH_A_CHAIN = 1;

// `item` has rowids on purpose: in a WITHOUT ROWID table a row above a quarter page spills into pages of its own, and
// an item of 1,200 bytes took 4,710 bytes on disk instead of 1,430. Text compares by the BINARY collation, which is the
// order of UTF-8 bytes that the port promises. A ledger entry is stored once, under its index; its
// block says where it starts and how many it has. Peaks are hashes of 32 bytes, one behind the other.
const SCHEMA = `
CREATE TABLE item (
  tbl TEXT NOT NULL,
  pk TEXT NOT NULL,
  sk TEXT NOT NULL,
  rev INTEGER NOT NULL,
  clean_up_at INTEGER,
  body TEXT NOT NULL,
  PRIMARY KEY (tbl, pk, sk)
) STRICT;
CREATE INDEX item_by_clean_up ON item (clean_up_at) WHERE clean_up_at IS NOT NULL;

CREATE TABLE stream_record (
  stream TEXT NOT NULL,
  seq INTEGER NOT NULL,
  pk TEXT NOT NULL,
  sk TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (stream, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE dead_letter (
  stream TEXT NOT NULL,
  seq INTEGER NOT NULL,
  pk TEXT NOT NULL,
  sk TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (stream, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger_block (
  start INTEGER PRIMARY KEY,
  count INTEGER NOT NULL,
  peaks BLOB NOT NULL,
  root BLOB NOT NULL
) STRICT;

CREATE TABLE ledger_entry (
  idx INTEGER PRIMARY KEY,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE ledger_entry_id (
  id TEXT PRIMARY KEY,
  idx INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger_requirement (
  requirement TEXT NOT NULL,
  idx INTEGER NOT NULL,
  PRIMARY KEY (requirement, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE opening (count INTEGER NOT NULL) STRICT;
INSERT INTO opening VALUES (0);
`;

/** Each table of the ledger with the condition under which an inserted row would replace one that stands. */
const LEDGER_TABLES = [
  ["ledger_block", "start = NEW.start"],
  ["ledger_entry", "idx = NEW.idx"],
  ["ledger_entry_id", "id = NEW.id"],
  ["ledger_requirement", "requirement = NEW.requirement AND idx = NEW.idx"],
] as const;

/** Makes the schema where there is none; a database of another version is refused and left as it is. */
export function applySchema(sqlite: DatabaseSync, path: string): void {
  const version = readNumber(sqlite.prepare("PRAGMA user_version").get() ?? {}, "user_version");
  if (version > SCHEMA_VERSION) {
    throw new DataUnusable(
      `The database "${path}" has schema version ${version}, and this Countersign knows versions up to ` +
        `${SCHEMA_VERSION}: start the newer Countersign that made it, or use another data directory.`,
    );
  }
  if (version === SCHEMA_VERSION) return;
  if (version > 0 && version <= LAST_VERSION_WITH_A_CHAIN) {
    throw new DataUnusable(
      `The database "${path}" holds a ledger of a Countersign before its first release, a chain where this one has a ` +
        "tree, and is not converted: use another data directory.",
    );
  }
  sqlite.exec(
    `BEGIN IMMEDIATE; ${SCHEMA} ${forbidLedgerChanges()} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`,
  );
}

// The insert trigger is there because INSERT OR REPLACE deletes rows without firing delete triggers.
function forbidLedgerChanges(): string {
  const refuse = "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;";
  return LEDGER_TABLES.map(
    ([table, taken]) => `
CREATE TRIGGER ${table}_update BEFORE UPDATE ON ${table} ${refuse}
CREATE TRIGGER ${table}_delete BEFORE DELETE ON ${table} ${refuse}
CREATE TRIGGER ${table}_replace BEFORE INSERT ON ${table}
WHEN EXISTS (SELECT 1 FROM ${table} WHERE ${taken}) ${refuse}`,
  ).join("\n");
}

import { join } from "node:path";
import { openDatabase, type Database } from "../shared/adapters/sqlite/database.ts";
import { openDirectoryLog } from "../shared/adapters/sqlite/directory-published-log.ts";
import { openLedgerKey } from "../shared/adapters/sqlite/ledger-key.ts";
import { createSqliteLedgerStore } from "../shared/adapters/sqlite/ledger-store.ts";
import { createSqliteStore, type SqliteStore } from "../shared/adapters/sqlite/store.ts";
import { createTokenSeal, loadOrCreateKey } from "../shared/adapters/sqlite/token-seal.ts";
import type { CheckpointTrust } from "../shared/ledger/checkpoint.ts";
import type { OpenToken, SealToken } from "../shared/ports/functions.ts";
import type { LedgerStore } from "../shared/ports/ledger-store.ts";
import type { PublishedLog } from "../shared/ports/published-log.ts";
import type { LedgerSigner } from "../shared/ports/sign-notes.ts";
import type { StateMachine } from "../shared/ports/state-machine.ts";
import type { Store } from "../shared/ports/store.ts";
import { streams } from "../shared/wiring.ts";
import { hashBytes } from "./crypto.ts";

/** What the functions are built on; a test wraps these to see, and to break, every write of the system. */
export interface Ports {
  readonly store: Store;
  readonly ledger: LedgerStore;
  readonly signer: LedgerSigner;
  /** What receipts are held against. */
  readonly ledgerTrust: CheckpointTrust;
  /** The same key as verifiers take it (C2SP signed-note). */
  readonly ledgerKey: string;
  readonly publishedLog: PublishedLog;
  readonly stateMachine: StateMachine;
  readonly sealToken: SealToken;
  readonly openToken: OpenToken;
}

/** The stored side of the system, opened in the data directory (0700, files 0600). */
export interface Storage {
  readonly database: Database;
  readonly store: SqliteStore;
  readonly ledger: LedgerStore;
  readonly signer: LedgerSigner;
  /** What receipts are held against. */
  readonly ledgerTrust: CheckpointTrust;
  /** The same key as verifiers take it (C2SP signed-note). */
  readonly ledgerKey: string;
  readonly publishedLog: PublishedLog;
  readonly sealToken: SealToken;
  readonly openToken: OpenToken;
}

/** Opens everything that is kept in the data directory; a directory in use by another process is refused. */
export function openStorage(dataDirectory: string): Storage {
  const database = openDatabase(join(dataDirectory, "countersign.db"));
  const { signer, trust, verifierKey } = openLedgerKey(join(dataDirectory, "ledger-key"), hashBytes);
  const { seal, open } = createTokenSeal(loadOrCreateKey(join(dataDirectory, "token-key")));
  return {
    database,
    store: createSqliteStore(database, { streams }),
    ledger: createSqliteLedgerStore(database, { streams }),
    signer,
    ledgerTrust: trust,
    ledgerKey: verifierKey,
    publishedLog: openDirectoryLog(join(dataDirectory, "published")),
    sealToken: seal,
    openToken: open,
  };
}

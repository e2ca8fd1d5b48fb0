import type { CommitmentCrypto } from "../../shared/domain/commitment.ts";
import type { Now, WaitForChange } from "../../shared/ports/functions.ts";
import type { HashBytes } from "../../shared/ledger/merkle-hash.ts";
import type { LedgerStore } from "../../shared/ports/ledger-store.ts";
import type { Store } from "../../shared/ports/store.ts";
import type { ConfigView } from "../../shared/wire/api.ts";
import type { HttpParts } from "../http/create-app.ts";

export interface ServeReadsParts extends HttpParts, CommitmentCrypto {
  readonly tenant: string;
  readonly store: Store;
  readonly ledger: LedgerStore;
  readonly hash: HashBytes;
  /** The ledger's own verifier key (C2SP signed-note). */
  readonly readLedgerKey: () => Promise<string>;
  /** Whether checkpoint and tiles are for everybody, as a deployment may set. */
  readonly isLogPublic: boolean;
  readonly now: Now;
  readonly waitForChange: WaitForChange;
  /** What a web app has to know before anybody has signed in. */
  readonly config: ConfigView;
}

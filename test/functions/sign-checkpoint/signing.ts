import { expect } from "vitest";
import type { SignLedgerParts } from "../../../functions/sign-checkpoint/sign-ledger.ts";
import type { Storage } from "../../../local/ports.ts";
import type { Block } from "../../../shared/ledger/block.ts";
import type { LogLine } from "../../../shared/ports/functions.ts";
import type { System } from "../../builders/build-system.ts";
import { readIntents, readSeals } from "../../builders/check-ledger.ts";
import { hashBytes } from "../../builders/sha256.ts";
import { blockAfter, makeEntry } from "../../contract/block-builders.ts";

export async function append(
  { ledger }: Pick<Storage, "ledger">,
  ...kinds: readonly ("decided" | "executed")[]
): Promise<Block> {
  const block = blockAfter(
    await ledger.last(),
    kinds.map((kind) => makeEntry({ kind })),
  );
  expect(await ledger.append(block)).toBe("appended");
  return block;
}

export const sign = (system: System) => system.invoke("sign-checkpoint", {});

/** Where each step goes from and to, and whether it is signed. */
export async function listSeals({ storage }: System) {
  const signed = new Set((await readSeals(storage.store)).map(({ from }) => from));
  const intents = await readIntents(storage.store);
  return intents.map(({ from, to }) => [from, to, signed.has(from) ? "signed" : "intended"]);
}

export function partsOf({ storage, clock }: System, log: LogLine[]): SignLedgerParts {
  return {
    tenant: "default",
    store: storage.store,
    ledger: storage.ledger,
    findSigner: async () => storage.signer,
    hash: hashBytes,
    now: clock.now,
    log: (line) => void log.push(line),
  };
}

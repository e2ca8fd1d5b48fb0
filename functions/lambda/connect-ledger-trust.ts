import { KMSClient } from "@aws-sdk/client-kms";
import { readKmsLedgerTrust, readKmsNoteKey } from "../../shared/adapters/aws/kms-ledger-trust.ts";
import type { CheckpointTrust } from "../../shared/ledger/checkpoint.ts";
import { formatNoteKey } from "../../shared/ledger/note-key.ts";
import { clientSettings } from "./client-settings.ts";
import { hashBytes } from "./crypto.ts";
import { keepAnswer } from "./keep-answer.ts";

export interface LedgerKeySettings {
  readonly LEDGER_KEY_ARN: string;
  readonly LEDGER_ORIGIN: string;
}

/** What receipts are held against; nothing here can sign. */
export function connectLedgerTrust(settings: LedgerKeySettings): () => Promise<CheckpointTrust> {
  const key = toKey(settings);
  return keepAnswer(() => readKmsLedgerTrust(key));
}

/** The public key as verifiers take it (C2SP signed-note). */
export function connectLedgerKey(settings: LedgerKeySettings): () => Promise<string> {
  const key = toKey(settings);
  return keepAnswer(async () => formatNoteKey(await readKmsNoteKey(key)));
}

function toKey({ LEDGER_KEY_ARN: keyId, LEDGER_ORIGIN: origin }: LedgerKeySettings) {
  return { client: new KMSClient(clientSettings), keyId, origin, hash: hashBytes };
}

import { KMSClient } from "@aws-sdk/client-kms";
import { connectKmsLedgerSigner } from "../../shared/adapters/aws/kms-ledger-signer.ts";
import type { LedgerSigner } from "../../shared/ports/sign-notes.ts";
import { clientSettings } from "./client-settings.ts";
import type { LedgerKeySettings } from "./connect-ledger-trust.ts";
import { hashBytes } from "./crypto.ts";
import { keepAnswer } from "./keep-answer.ts";

/** The ledger's key in KMS; its policy lets sign-checkpoint's role sign and no other. */
export function connectLedgerSigner(settings: LedgerKeySettings): () => Promise<LedgerSigner> {
  const { LEDGER_KEY_ARN: keyId, LEDGER_ORIGIN: origin } = settings;
  const client = new KMSClient(clientSettings);
  return keepAnswer(() => connectKmsLedgerSigner({ client, keyId, origin, hash: hashBytes }));
}

import { KMSClient } from "@aws-sdk/client-kms";
import { createKmsOpenToken, createKmsSealToken } from "../../shared/adapters/aws/kms-token-seal.ts";
import type { OpenToken, SealToken } from "../../shared/ports/functions.ts";
import { clientSettings } from "./client-settings.ts";

interface TokenKeySettings {
  readonly TOKEN_KEY_ARN: string;
}

// Two functions, of which a bundle holds the one that it calls: code that decrypts is in resume-run's alone.

/** Seals task tokens under the key; nothing here can open one. */
export function connectSealToken({ TOKEN_KEY_ARN }: TokenKeySettings): SealToken {
  return createKmsSealToken({ client: new KMSClient(clientSettings), keyId: TOKEN_KEY_ARN });
}

/** Opens sealed task tokens; the key's policy lets resume-run's role do it and no other. */
export function connectOpenToken({ TOKEN_KEY_ARN }: TokenKeySettings): OpenToken {
  return createKmsOpenToken({ client: new KMSClient(clientSettings), keyId: TOKEN_KEY_ARN });
}

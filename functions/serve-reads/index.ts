import * as z from "zod/mini";
import { pollForChange } from "../../shared/adapters/aws/poll-for-change.ts";
import { ledgerKeySchema, publicLogSchema } from "../../shared/wire/environment.ts";
import { apiSchema, connectApi, describeSignIn } from "../lambda/connect-api.ts";
import { connectLedger } from "../lambda/connect-ledger.ts";
import { connectLedgerKey } from "../lambda/connect-ledger-trust.ts";
import { connectStore } from "../lambda/connect-store.ts";
import { hashBytes, hmac, sha256 } from "../lambda/crypto.ts";
import { readEnvironment } from "../lambda/environment.ts";
import { createHttpEntry } from "../lambda/http-entry.ts";
import { log } from "../lambda/log.ts";
import { createHandler } from "./handler.ts";

const environment = readEnvironment(
  z.extend(apiSchema, z.extend(ledgerKeySchema, publicLogSchema.shape).shape),
  process.env,
);

const handle = createHandler({
  ...connectApi(environment),
  store: connectStore("serve-reads", environment),
  ledger: connectLedger("serve-reads", environment),
  hash: hashBytes,
  hmac,
  sha256,
  readLedgerKey: connectLedgerKey(environment),
  waitForChange: pollForChange,
  isLogPublic: environment.PUBLIC_LOG === "on",
  config: describeSignIn(environment),
});

export const handler = createHttpEntry(handle, log);

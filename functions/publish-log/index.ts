import * as z from "zod/mini";
import { deploymentSchema, ledgerKeySchema, publishedLogSchema } from "../../shared/wire/environment.ts";
import { connectLedger } from "../lambda/connect-ledger.ts";
import { connectLedgerTrust } from "../lambda/connect-ledger-trust.ts";
import { connectPublishedLog } from "../lambda/connect-published-log.ts";
import { connectStore } from "../lambda/connect-store.ts";
import { hashBytes } from "../lambda/crypto.ts";
import { readEnvironment } from "../lambda/environment.ts";
import { createEventEntry } from "../lambda/event-entry.ts";
import { log } from "../lambda/log.ts";
import { createHandler } from "./handler.ts";

const environment = readEnvironment(
  z.extend(deploymentSchema, z.extend(ledgerKeySchema, publishedLogSchema.shape).shape),
  process.env,
);

const handle = createHandler({
  tenant: environment.TENANT,
  store: connectStore("publish-log", environment),
  ledger: connectLedger("publish-log", environment),
  publishedLog: connectPublishedLog("publish-log", environment),
  readLedgerTrust: connectLedgerTrust(environment),
  hash: hashBytes,
  now: Date.now,
  log,
});

export const handler = createEventEntry(handle, log);

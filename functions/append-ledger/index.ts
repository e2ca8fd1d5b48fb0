import { deploymentSchema } from "../../shared/wire/environment.ts";
import { connectLedger } from "../lambda/connect-ledger.ts";
import { connectStore } from "../lambda/connect-store.ts";
import { hashBytes } from "../lambda/crypto.ts";
import { readEnvironment } from "../lambda/environment.ts";
import { log } from "../lambda/log.ts";
import { createStreamEntry } from "../lambda/stream-entry.ts";
import { createHandler } from "./handler.ts";

const environment = readEnvironment(deploymentSchema, process.env);

const handle = createHandler({
  store: connectStore("append-ledger", environment),
  ledger: connectLedger("append-ledger", environment),
  hash: hashBytes,
  log,
});

export const handler = createStreamEntry("append-ledger", environment, handle, log);

import * as z from "zod/mini";
import { deploymentSchema, ledgerKeySchema } from "../../shared/wire/environment.ts";
import { hashBytes } from "../lambda/crypto.ts";
import { connectLedger } from "../lambda/connect-ledger.ts";
import { connectLedgerSigner } from "../lambda/connect-ledger-signer.ts";
import { connectStore } from "../lambda/connect-store.ts";
import { readEnvironment } from "../lambda/environment.ts";
import { log } from "../lambda/log.ts";
import { createStreamEntry } from "../lambda/stream-entry.ts";
import { createHandler } from "./handler.ts";

const environment = readEnvironment(z.extend(deploymentSchema, ledgerKeySchema.shape), process.env);

const handle = createHandler({
  tenant: environment.TENANT,
  store: connectStore("sign-checkpoint", environment),
  ledger: connectLedger("sign-checkpoint", environment),
  findSigner: connectLedgerSigner(environment),
  hash: hashBytes,
  now: Date.now,
  log,
});

export const handler = createStreamEntry("sign-checkpoint", environment, handle, log);

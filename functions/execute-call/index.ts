import * as z from "zod/mini";
import { agents } from "../../agents/catalog.ts";
import { deploymentSchema, ledgerKeySchema, spansSchema } from "../../shared/wire/environment.ts";
import { connectLedger } from "../lambda/connect-ledger.ts";
import { connectLedgerTrust } from "../lambda/connect-ledger-trust.ts";
import { connectSpans } from "../lambda/connect-spans.ts";
import { connectStore } from "../lambda/connect-store.ts";
import { hashBytes, hmac, sha256, strongRandomBytes } from "../lambda/crypto.ts";
import { readEnvironment } from "../lambda/environment.ts";
import { createEventEntry } from "../lambda/event-entry.ts";
import { log } from "../lambda/log.ts";
import { createHandler } from "./handler.ts";

const environment = readEnvironment(
  z.extend(z.extend(deploymentSchema, spansSchema.shape), ledgerKeySchema.shape),
  process.env,
);
const store = connectStore("execute-call", environment);

const handle = createHandler({
  store,
  ledger: connectLedger("execute-call", environment),
  agents: new Map(agents.map((agent) => [agent.name, agent])),
  readLedgerTrust: connectLedgerTrust(environment),
  hash: hashBytes,
  hmac,
  sha256,
  randomBytes: strongRandomBytes,
  now: Date.now,
  emitSpans: connectSpans(environment, { store, now: Date.now, log }),
  log,
});

export const handler = createEventEntry(handle, log);

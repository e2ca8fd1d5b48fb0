import * as z from "zod/mini";
import { deploymentSchema, stateMachineSchema, tokenKeySchema } from "../../shared/wire/environment.ts";
import { connectLedger } from "../lambda/connect-ledger.ts";
import { connectStateMachine } from "../lambda/connect-state-machine.ts";
import { connectStore } from "../lambda/connect-store.ts";
import { connectOpenToken } from "../lambda/connect-token-key.ts";
import { readEnvironment } from "../lambda/environment.ts";
import { log } from "../lambda/log.ts";
import { createStreamEntry } from "../lambda/stream-entry.ts";
import { createHandler } from "./handler.ts";

const schema = z.extend(z.extend(deploymentSchema, tokenKeySchema.shape), stateMachineSchema.shape);
const environment = readEnvironment(schema, process.env);

const handle = createHandler({
  store: connectStore("resume-run", environment),
  ledger: connectLedger("resume-run", environment),
  stateMachine: connectStateMachine("resume-run", environment),
  openToken: connectOpenToken(environment),
  now: Date.now,
  log,
});

export const handler = createStreamEntry("resume-run", environment, handle, log);

import * as z from "zod/mini";
import { deploymentSchema, stateMachineSchema } from "../../shared/wire/environment.ts";
import { connectInvokeLater } from "../lambda/connect-invoke-later.ts";
import { connectLedger } from "../lambda/connect-ledger.ts";
import { connectStateMachine } from "../lambda/connect-state-machine.ts";
import { connectStore } from "../lambda/connect-store.ts";
import { readEnvironment } from "../lambda/environment.ts";
import { createEventEntry } from "../lambda/event-entry.ts";
import { log } from "../lambda/log.ts";
import { createHandler } from "./handler.ts";

const environment = readEnvironment(z.extend(deploymentSchema, stateMachineSchema.shape), process.env);

const handle = createHandler({
  tenant: environment.TENANT,
  store: connectStore("keep-deadlines", environment),
  ledger: connectLedger("keep-deadlines", environment),
  stateMachine: connectStateMachine("keep-deadlines", environment),
  invokeLater: connectInvokeLater("keep-deadlines", environment),
  now: Date.now,
  log,
});

export const handler = createEventEntry(handle, log);

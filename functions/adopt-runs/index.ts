import * as z from "zod/mini";
import { deploymentSchema, stateMachineSchema } from "../../shared/wire/environment.ts";
import { connectStateMachine } from "../lambda/connect-state-machine.ts";
import { connectStore } from "../lambda/connect-store.ts";
import { readEnvironment } from "../lambda/environment.ts";
import { createEventEntry } from "../lambda/event-entry.ts";
import { log } from "../lambda/log.ts";
import { createHandler } from "./handler.ts";

const environment = readEnvironment(z.extend(deploymentSchema, stateMachineSchema.shape), process.env);

const handle = createHandler({
  store: connectStore("adopt-runs", environment),
  stateMachine: connectStateMachine("adopt-runs", environment),
  now: Date.now,
  log,
});

export const handler = createEventEntry(handle, log);

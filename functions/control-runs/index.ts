import * as z from "zod/mini";
import { agents } from "../../agents/catalog.ts";
import { stateMachineSchema } from "../../shared/wire/environment.ts";
import { apiSchema, connectApi } from "../lambda/connect-api.ts";
import { connectStateMachine } from "../lambda/connect-state-machine.ts";
import { connectStore } from "../lambda/connect-store.ts";
import { sha256, strongRandomBytes } from "../lambda/crypto.ts";
import { readEnvironment } from "../lambda/environment.ts";
import { createHttpEntry } from "../lambda/http-entry.ts";
import { log } from "../lambda/log.ts";
import { createHandler } from "./handler.ts";

const environment = readEnvironment(z.extend(apiSchema, stateMachineSchema.shape), process.env);

const handle = createHandler({
  ...connectApi(environment),
  store: connectStore("control-runs", environment),
  stateMachine: connectStateMachine("control-runs", environment),
  agents: new Map(agents.map((agent) => [agent.name, agent])),
  sha256,
  randomBytes: strongRandomBytes,
});

export const handler = createHttpEntry(handle, log);

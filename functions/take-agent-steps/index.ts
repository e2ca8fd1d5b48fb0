import * as z from "zod/mini";
import { agents } from "../../agents/catalog.ts";
import { deploymentSchema, modelSchema, spansSchema } from "../../shared/wire/environment.ts";
import { connectModel } from "../lambda/connect-model.ts";
import { connectSpans } from "../lambda/connect-spans.ts";
import { connectStore } from "../lambda/connect-store.ts";
import { hmac, sha256, strongRandomBytes } from "../lambda/crypto.ts";
import { readEnvironment } from "../lambda/environment.ts";
import { createEventEntry } from "../lambda/event-entry.ts";
import { log } from "../lambda/log.ts";
import { createHandler } from "./handler.ts";

const schema = z.extend(z.extend(deploymentSchema, spansSchema.shape), modelSchema.shape);
const environment = readEnvironment(schema, process.env);
const store = connectStore("take-agent-steps", environment);

const handle = createHandler({
  store,
  agents: new Map(agents.map((agent) => [agent.name, agent])),
  callModel: connectModel(environment),
  defaultModel: environment.MODEL,
  hmac,
  sha256,
  randomBytes: strongRandomBytes,
  now: Date.now,
  emitSpans: connectSpans(environment, { store, now: Date.now, log }),
  log,
});

export const handler = createEventEntry(handle, log);

import * as z from "zod/mini";
import { deploymentSchema, tokenKeySchema } from "../../shared/wire/environment.ts";
import { connectStore } from "../lambda/connect-store.ts";
import { connectSealToken } from "../lambda/connect-token-key.ts";
import { readEnvironment } from "../lambda/environment.ts";
import { createEventEntry } from "../lambda/event-entry.ts";
import { log } from "../lambda/log.ts";
import { createHandler } from "./handler.ts";

const environment = readEnvironment(z.extend(deploymentSchema, tokenKeySchema.shape), process.env);

const handle = createHandler({
  store: connectStore("open-requirement", environment),
  sealToken: connectSealToken(environment),
});

export const handler = createEventEntry(handle, log);

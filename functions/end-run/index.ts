import { deploymentSchema } from "../../shared/wire/environment.ts";
import { connectStore } from "../lambda/connect-store.ts";
import { readEnvironment } from "../lambda/environment.ts";
import { createEventEntry } from "../lambda/event-entry.ts";
import { log } from "../lambda/log.ts";
import { createHandler } from "./handler.ts";

const environment = readEnvironment(deploymentSchema, process.env);

const handle = createHandler({ store: connectStore("end-run", environment), now: Date.now });

export const handler = createEventEntry(handle, log);

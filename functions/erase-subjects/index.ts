import { apiSchema, connectApi } from "../lambda/connect-api.ts";
import { connectStore } from "../lambda/connect-store.ts";
import { readEnvironment } from "../lambda/environment.ts";
import { createHttpEntry } from "../lambda/http-entry.ts";
import { log } from "../lambda/log.ts";
import { createHandler } from "./handler.ts";

const environment = readEnvironment(apiSchema, process.env);

const handle = createHandler({
  ...connectApi(environment),
  store: connectStore("erase-subjects", environment),
});

export const handler = createHttpEntry(handle, log);

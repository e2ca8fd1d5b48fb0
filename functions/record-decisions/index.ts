import { apiSchema, connectApi } from "../lambda/connect-api.ts";
import { connectStore } from "../lambda/connect-store.ts";
import { hmac, sha256 } from "../lambda/crypto.ts";
import { readEnvironment } from "../lambda/environment.ts";
import { createHttpEntry } from "../lambda/http-entry.ts";
import { log } from "../lambda/log.ts";
import { createHandler } from "./handler.ts";

const environment = readEnvironment(apiSchema, process.env);

const handle = createHandler({
  ...connectApi(environment),
  store: connectStore("record-decisions", environment),
  hmac,
  sha256,
});

export const handler = createHttpEntry(handle, log);

import { toBatchResponse } from "../../shared/adapters/aws/dynamodb-stream.ts";
import { readSpanRecords } from "../../shared/adapters/aws/read-span-records.ts";
import { deploymentSchema } from "../../shared/wire/environment.ts";
import { connectStore } from "../lambda/connect-store.ts";
import { readEnvironment } from "../lambda/environment.ts";
import { createEventEntry } from "../lambda/event-entry.ts";
import { log } from "../lambda/log.ts";
import { createHandler } from "./handler.ts";

const environment = readEnvironment(deploymentSchema, process.env);

const handle = createHandler({
  store: connectStore("write-traces", environment),
  tenant: environment.TENANT,
  now: Date.now,
  log,
});

export const handler = createEventEntry(
  async (event) => toBatchResponse(await handle(readSpanRecords(event, log))),
  log,
);

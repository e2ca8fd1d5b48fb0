import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { clientSettings } from "./client-settings.ts";

/** One for store and ledger, so that they share connections; nothing is sent before the first call. */
export const dynamoClient = new DynamoDBClient(clientSettings);

import { createDynamoStore } from "../../shared/adapters/aws/dynamodb-store.ts";
import { encryptValues } from "../../shared/adapters/encrypt-values.ts";
import { restrictStore } from "../../shared/adapters/restrict-store.ts";
import { createVaultedStore } from "../../shared/adapters/vaulted-store.ts";
import { tableNameOf } from "../../shared/names.ts";
import type { Store } from "../../shared/ports/store.ts";
import { type FunctionName, functions, writesOf } from "../../shared/wiring.ts";
import { dynamoClient } from "./dynamo-client.ts";

/** What decides about a function's tables. */
export interface TableSettings {
  readonly PREFIX: string;
  /** The stream that spans go to; without one they go straight into their table. */
  readonly SPAN_STREAM?: string | undefined;
}

/**
 * The tables as `shared/wiring.ts` grants them to this function: a second fence, behind its role. Keys of personal values
 * are read through it too.
 */
export function connectStore(name: FunctionName, { PREFIX, SPAN_STREAM }: TableSettings): Store {
  const store = createDynamoStore({
    client: dynamoClient,
    tableNameOf: (table) => tableNameOf(PREFIX, table),
  });
  const transport = SPAN_STREAM === undefined ? "direct" : "kinesis";
  const granted = restrictStore(store, { ...functions[name], writes: writesOf(name, transport) }, name);
  return createVaultedStore({
    store: granted,
    encryption: encryptValues,
    access: functions[name].personal,
  });
}

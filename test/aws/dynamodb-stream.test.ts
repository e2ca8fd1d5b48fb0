import { toBatchResponse, toStreamRecords } from "../../shared/adapters/aws/dynamodb-stream.ts";
import { createDynamoLedgerStore } from "../../shared/adapters/aws/dynamodb-ledger-store.ts";
import { createDynamoStore } from "../../shared/adapters/aws/dynamodb-store.ts";
import type { TableName } from "../../shared/ports/store.ts";
import { type ContractStream, describeStreamContract } from "../contract/stream-contract.ts";
import { connect, connectStreams, createStreamedTable, type StreamedTable } from "./dynamodb-tables.ts";
import { EventSourceMapping } from "./event-source-mapping.ts";

const clients = { client: connect(), streams: connectStreams() };
const sources = ["work", "decisions", "rules", "ledger"] as const;

describeStreamContract("DynamoDB", async (streams, consume) => {
  const tables = await createTables(streams);
  const tableOf = (tableName: string) =>
    sources.find((source) => tables.get(source)?.tableName === tableName);
  const mappings = streams.map(
    (stream) =>
      new EventSourceMapping(clients, tableAt(tables, stream.source), stream, async (event) => {
        const { records, failed } = toStreamRecords(event, tableOf);
        const outcome = await consume(stream.function, records);
        return toBatchResponse({ failed: [...failed, ...outcome.failed] });
      }),
  );
  return {
    store: createDynamoStore({
      client: clients.client,
      tableNameOf: (table) => tableAt(tables, table).tableName,
    }),
    ledger: createDynamoLedgerStore({
      client: clients.client,
      tableName: tableAt(tables, "ledger").tableName,
    }),
    async idle() {
      for (let isBusy = true; isBusy;) {
        isBusy = false;
        for (const mapping of mappings) isBusy = (await mapping.pump()) || isBusy;
      }
    },
    deadLetters: async () =>
      mappings.flatMap(({ deadLetters }) => toStreamRecords({ Records: deadLetters }, tableOf).records),
  };
});

type Tables = ReadonlyMap<TableName | "ledger", StreamedTable>;

async function createTables(streams: readonly ContractStream[]): Promise<Tables> {
  return new Map(
    await Promise.all(
      sources.map(async (source) => {
        const carries = streams.find((stream) => stream.source === source)?.carries ?? "items";
        return [source, await createStreamedTable(clients.client, source, carries)] as const;
      }),
    ),
  );
}

function tableAt(tables: Tables, source: TableName | "ledger"): StreamedTable {
  const table = tables.get(source);
  if (table === undefined) throw new Error(`The contract has no table "${source}".`);
  return table;
}

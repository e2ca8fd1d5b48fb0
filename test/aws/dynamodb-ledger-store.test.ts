import { describe, expect, test } from "vitest";
import { createDynamoLedgerStore } from "../../shared/adapters/aws/dynamodb-ledger-store.ts";
import { blockAfter, makeEntry } from "../contract/block-builders.ts";
import { describeLedgerStoreContract } from "../contract/ledger-store-contract.ts";
import { connect, createTable } from "./dynamodb-tables.ts";

const client = connect();

async function openLedger() {
  return createDynamoLedgerStore({ client, tableName: await createTable(client, "ledger") });
}

describeLedgerStoreContract("DynamoDB", openLedger);

describe("the DynamoDB ledger", () => {
  test("takes a block that follows one which another writer appended meanwhile, and no fork of it", async () => {
    const tableName = await createTable(client, "ledger");
    const [one, other] = [1, 2].map(() => createDynamoLedgerStore({ client, tableName }));
    const first = blockAfter(undefined, [makeEntry()]);
    const second = blockAfter(first, [makeEntry()]);
    expect(await one?.append(first)).toBe("appended");
    // The one has seen the size in its place, the other has not.
    expect(await other?.append(second)).toBe("appended");
    expect(await one?.append(blockAfter(first, [makeEntry()]))).toBe("conflict");
    expect(await other?.append(blockAfter(first, [makeEntry()]))).toBe("conflict");
    expect(await one?.append(blockAfter(second, [makeEntry()]))).toBe("appended");
    expect((await one?.blocks(0, 10))?.slice(0, 2)).toEqual([first, second]);
  });
});

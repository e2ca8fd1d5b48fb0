import { describe, expect, test } from "vitest";
import { createDynamoLedgerStore } from "../../shared/adapters/aws/dynamodb-ledger-store.ts";
import { makeBlock, makeEntry } from "../contract/block-builders.ts";
import { describeLedgerStoreContract } from "../contract/ledger-store-contract.ts";
import { connect, createTable } from "./dynamodb-tables.ts";

const client = connect();

async function openLedger() {
  return createDynamoLedgerStore({ client, tableName: await createTable(client, "ledger") });
}

describeLedgerStoreContract("DynamoDB", openLedger);

describe("the DynamoDB ledger", () => {
  test("refuses a block that leaves a gap or names another previous block", async () => {
    const ledger = await openLedger();
    const genesis = await ledger.head();
    expect(await ledger.append(makeBlock({ ...genesis, size: 1 }, [makeEntry()]))).toBe("conflict");
    const other = { size: 0, hash: "ab".repeat(32) };
    expect(await ledger.append(makeBlock(other, [makeEntry()]))).toBe("conflict");
    expect(await ledger.head()).toEqual(genesis);
  });

  test("takes a block that follows one which another writer appended meanwhile", async () => {
    const tableName = await createTable(client, "ledger");
    const [one, other] = [1, 2].map(() => createDynamoLedgerStore({ client, tableName }));
    const first = makeBlock({ size: 0, hash: "0".repeat(64) }, [makeEntry()]);
    const second = makeBlock({ size: 1, hash: first.hash }, [makeEntry()]);
    const fork = makeBlock({ size: 1, hash: "ab".repeat(32) }, [makeEntry()]);
    expect(await one?.append(first)).toBe("appended");
    // The one has seen the head in its place, the other has not.
    expect(await one?.append(fork)).toBe("conflict");
    expect(await other?.append(fork)).toBe("conflict");
    expect(await other?.append(second)).toBe("appended");
    expect(await one?.blocks(0, 10)).toEqual([first, second]);
  });
});

import { expect, test } from "vitest";
import { connectStore } from "../../../functions/lambda/connect-store.ts";
import { TableNotGranted } from "../../../shared/domain/errors.ts";
import type { TableName } from "../../../shared/ports/store.ts";

// The fence stands before DynamoDB: nothing of these is ever sent.

function put(table: TableName) {
  return [{ action: "put", key: { table, partition: "a", sort: "b" }, body: {}, expect: "absent" }] as const;
}

test.for([
  ["take-agent-steps", "decisions"],
  ["take-agent-steps", "agent-support"],
  ["serve-reads", "work"],
  ["execute-call", "work"],
] as const)("%s does not write %s", async ([name, table]) => {
  const store = connectStore(name, { PREFIX: "countersign" });
  await expect(store.write(put(table))).rejects.toBeInstanceOf(TableNotGranted);
});

test("open-requirement does not read a run", async () => {
  const store = connectStore("open-requirement", { PREFIX: "countersign" });
  const key = { table: "work", partition: "a", sort: "b" } as const;
  await expect(store.get([key])).rejects.toBeInstanceOf(TableNotGranted);
});

test("whoever emits spans writes no traces where a stream takes them", async () => {
  const store = connectStore("execute-call", { PREFIX: "countersign", SPAN_STREAM: "countersign-spans" });
  await expect(store.write(put("traces"))).rejects.toBeInstanceOf(TableNotGranted);
});

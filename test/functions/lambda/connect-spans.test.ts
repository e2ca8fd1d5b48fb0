import { expect, onTestFinished, test } from "vitest";
import { connectSpans } from "../../../functions/lambda/connect-spans.ts";
import { openDatabase } from "../../../shared/adapters/sqlite/database.ts";
import { createSqliteStore } from "../../../shared/adapters/sqlite/store.ts";
import type { LogLine } from "../../../shared/ports/functions.ts";

const span = {
  traceId: "0".repeat(32),
  spanId: "1".repeat(16),
  run: "run_1",
  name: "chat",
  kind: "model",
  start: 1,
  end: 2,
  status: "ok",
  attributes: {},
} as const;

test("without a stream, spans are kept at once in their table", async () => {
  const database = openDatabase(":memory:");
  onTestFinished(() => database.close());
  const store = createSqliteStore(database, { streams: [] });
  const logged: LogLine[] = [];
  const parts = { store, now: () => 1, log: (line: LogLine) => void logged.push(line) };
  await connectSpans({ TENANT: "acme" }, parts)([span]);
  const range = { table: "traces", partition: "run#acme#run_1", order: "ascending", limit: 10 } as const;
  const { items } = await store.query(range);
  expect(items.map(({ body }) => body["traceId"])).toEqual(["0".repeat(32)]);
  expect(logged).toEqual([]);
});

import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { support } from "../../agents/support/agent.ts";
import { startScriptedModel } from "../../local/scripted-model/start-scripted-model.ts";
import { runIdSchema } from "../../shared/domain/ids.ts";
import { loadRunKey } from "../../shared/records/vault-records.ts";
import { runViewSchema } from "../../shared/wire/api.ts";
import { type AwsSystem, openAwsSystem } from "./aws-system.ts";
import { kindsOf, playRefund } from "./aws-system-stories.ts";

const names = [
  "work",
  "decisions",
  "executions",
  "rules",
  "tokens",
  "traces",
  "seal",
  "vault",
  "ledger",
  "agent-support",
];

/** Every row of every table as one text. */
async function readRows({ client, tables }: AwsSystem): Promise<string> {
  const rows: unknown[] = [];
  const work = tables.get("work")?.tableName ?? "";
  for (const name of names) {
    const TableName = work.replace(/work$/, name);
    const { Items = [], LastEvaluatedKey } = await client.send(new ScanCommand({ TableName }));
    expect(LastEvaluatedKey).toBeUndefined();
    rows.push(...Items);
  }
  return JSON.stringify(rows);
}

test("what a run kept about a customer is in no row in clear, and its key in none once they are erased", async () => {
  await using model = await startModel();
  await using system = await openAwsSystem({ agents: [support], modelUrl: model.baseUrl });
  const { run, requirement } = await playRefund(system);
  const key = await loadRunKey(system.store, "default", runIdSchema.parse(run));
  const hex = key?.status === "kept" ? key.key : "no key";
  const before = await readRows(system);
  expect(before).toContain(hex);
  expect(before).not.toContain("the parcel was lost");

  const erased = await system.send("admin", "POST", "/subjects/cus_17/erase", {});
  expect(erased).toEqual({ status: 200, body: { erased: 1 } });
  await system.pump.idle();

  expect(await readRows(system)).not.toContain(hex);
  const shown = await system.send("asker", "GET", `/runs/${run}`);
  expect(runViewSchema.parse(shown.body).input).toBe("(erased)");
  expect((await system.ledger.find(`erased|${run}`))?.text).toContain('"subject":"admin"');
  expect(kindsOf(await system.ledger.entriesOf(requirement))).toEqual([
    "requested",
    "confirmed",
    "viewed",
    "decided",
    "executed",
  ]);
});

async function startModel() {
  const model = await startScriptedModel();
  return { baseUrl: model.baseUrl, [Symbol.asyncDispose]: () => model.close() };
}

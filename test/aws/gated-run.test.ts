import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { support } from "../../agents/support/agent.ts";
import { createBenchAgent } from "../../bench/bench-agent.ts";
import { type Measured, totalOf } from "../../bench/measured-units.ts";
import { startModelServer } from "../../bench/model-server.ts";
import { startScriptedModel } from "../../local/scripted-model/start-scripted-model.ts";
import { createAgentTables } from "../../shared/records/agent-tables.ts";
import { outboxKey } from "../../shared/records/keys.ts";
import { loadRequirement } from "../../shared/records/requirement-records.ts";
import { Tally } from "../builders/tally.ts";
import { makeEntry } from "../contract/block-builders.ts";
import { account, deploy, region } from "../infra/deployment.ts";
import { readPermissions } from "../infra/permissions.ts";
import { synthesizeStacks } from "../infra/synthesize-stacks.ts";
import { type Answer, type AwsSystem, type AwsSystemOptions, openAwsSystem } from "./aws-system.ts";
import { measureUsage, printUsage } from "./aws-system-measure.ts";
import {
  approve,
  ask,
  type Asked,
  kindsOf,
  playOneGate,
  playRefund,
  readRefunds,
  refundSentence,
} from "./aws-system-stories.ts";
import type { Need } from "./aws-system-usage.ts";
import { type Judge, refuse, startFaultyProxy } from "./faulty-proxy.ts";

type Extra = Omit<AwsSystemOptions, "agents" | "modelUrl">;

/** The agent of the demo with the scripted model, until the stack is left. */
async function openSupport(stack: AsyncDisposableStack, extra: Extra = {}): Promise<AwsSystem> {
  const model = await startScriptedModel();
  stack.defer(() => model.close());
  return stack.use(await openAwsSystem({ agents: [support], modelUrl: model.baseUrl, ...extra }));
}

async function openBench(stack: AsyncDisposableStack, onTool: (name: string) => unknown): Promise<AwsSystem> {
  const model = await startModelServer();
  stack.defer(() => model.close());
  return stack.use(await openAwsSystem({ agents: [createBenchAgent(onTool)], modelUrl: model.url }));
}

function openForTest(extra: Extra = {}): Promise<AwsSystem> {
  const stack = new AsyncDisposableStack();
  onTestFinished(() => stack.disposeAsync());
  return openSupport(stack, extra);
}

interface Stories {
  readonly refund: Measured;
  readonly oneGate: Measured;
  readonly oneGateAfter50Turns: Measured;
  readonly emptySweep: Measured;
  readonly needs: readonly Need[];
  /** How often the bench's tool of consequence ran. */
  readonly refunds: number;
}

/** Each story is counted in a system that has told it before, as one that stands has. */
async function playStories(): Promise<Stories> {
  await using stack = new AsyncDisposableStack();
  const demo = await openSupport(stack);
  await playRefund(demo);
  demo.usage.take();
  const { run, requirement, transitions } = await playRefund(demo);
  const refund = takeMeasured(
    demo,
    "a refund that its asker confirms and one of finance approves",
    transitions,
  );
  expect((await readRefunds(demo, "1042")).filter((id) => id === requirement)).toHaveLength(1);
  expect(kindsOf(await demo.ledger.entriesOf(requirement))).toEqual([
    "requested",
    "confirmed",
    "viewed",
    "decided",
    "executed",
  ]);
  expect(demo.lines.filter(({ level }) => level === "alarm")).toEqual([]);
  expect(run).toMatch(/^run_/);

  await demo.invoke("keep-deadlines", {});
  const emptySweep = takeMeasured(demo, "a sweep that finds nothing", 0);

  let refunds = 0;
  const bench = await openBench(stack, (name) => void (refunds += name === "issue_refund" ? 1 : 0));
  await playOneGate(bench, 1);
  bench.usage.take();
  const short = await playOneGate(bench, 1);
  const oneGate = takeMeasured(bench, "a run of one read and one gate", short.transitions);
  const long = await playOneGate(bench, 50);
  const oneGateAfter50Turns = takeMeasured(bench, "a run of 50 reads and one gate", long.transitions);
  const needs = [...demo.usage.needs.values(), ...bench.usage.needs.values()];
  return { refund, oneGate, oneGateAfter50Turns, emptySweep, needs, refunds };
}

/** Counts and prints what was done since the last time, all of which DynamoDB took at the first try. */
function takeMeasured({ usage }: AwsSystem, title: string, transitions: number): Measured {
  const taken = usage.take();
  expect(taken.refusals).toEqual([]);
  printUsage(title, taken);
  return measureUsage(taken, transitions);
}

describe("what a gated run costs on DynamoDB", () => {
  let stories: Stories;
  beforeAll(async () => {
    stories = await playStories();
  }, 180_000);

  // A ratchet, as test/bench/counts.test.ts: whoever makes a run cheaper writes the lower numbers here, and whoever makes
  // it dearer writes the higher ones and says why in the commit. `npm run costs` then writes docs/costs.md.
  test("is this much, whatever the number of turns but for the steps themselves", () => {
    const { refund, oneGate, oneGateAfter50Turns, emptySweep, refunds } = stories;
    expect([refund, oneGate, oneGateAfter50Turns].map(({ transitions }) => transitions)).toEqual([9, 9, 9]);
    expect(totalOf(refund)).toEqual({ invocations: 24, requests: 112, readUnits: 88, writeUnits: 158 });
    expect(totalOf(oneGate)).toEqual({ invocations: 19, requests: 84, readUnits: 64, writeUnits: 122 });
    expect(totalOf(oneGateAfter50Turns)).toEqual({
      invocations: 19,
      requests: 183,
      readUnits: 75,
      writeUnits: 545,
    });
    expect(totalOf(emptySweep)).toEqual({ invocations: 1, requests: 43, readUnits: 43, writeUnits: 0 });
    expect(refunds).toBe(3);
  });

  test("is what the costs in the documents are computed from", async () => {
    const { refund, oneGate, oneGateAfter50Turns, emptySweep } = stories;
    const measured = { refund, oneGate, oneGateAfter50Turns, emptySweep };
    // `vitest -u` writes the file, which is to be looked at as the literals above are.
    await expect(`${JSON.stringify(measured, null, 2)}\n`).toMatchFileSnapshot(
      "../../bench/measured-units.json",
    );
  });

  test("needs no permission that the roles do not have", () => {
    const resources = deploy(synthesizeStacks({ spanTransport: "direct" }));
    const permissions = readPermissions(resources);
    const findKey = (name: string) =>
      resources.find(({ type, arn }) => type === "AWS::KMS::Key" && arn?.includes(`key/${name}`))?.arn ??
      "no key";
    const keys = { key: findKey("token"), "ledger-key": findKey("ledger") };
    const needed = stories.needs
      .filter((need) => need.function !== "nobody")
      .map(({ function: name, action, on }) => ({ name, action, resource: toArn(action, on, keys) }));
    const refused = needed.filter(
      ({ name, action, resource }) => !permissions.isAllowed(name, action, resource),
    );
    expect(refused).toEqual([]);
    expect(needed.length).toBeGreaterThan(60);

    const used = new Set(needed.map(({ name, action, resource }) => `${name} ${action} ${resource}`));
    const unused = [...permissions.roles.keys()].flatMap((name) =>
      permissions
        .listGrants(name)
        // What Lambda, Step Functions and X-Ray do in a role's name is no request of ours.
        .filter(({ resource }) => !/^\*$|:log-group:|:sqs:|\/stream\//.test(resource))
        .filter(({ action, resource }) => !used.has(`${name} ${action} ${toUsed(resource)}`))
        .map(({ action, resource }) => `${name}: ${action} on ${resource.split(":").slice(5).join(":")}`),
    );
    console.log(`granted, and not needed by these stories:\n  ${unused.toSorted().join("\n  ")}`);
  });
});

const execution = "run_01jd8qk4v00000000000000000-1";

function toArn(
  action: string,
  on: string,
  keys: { readonly key: string; readonly "ledger-key": string },
): string {
  const [service] = action.split(":");
  const here = `arn:aws:${service}:${region}:${account}:`;
  if (on === "key" || on === "ledger-key") return keys[on];
  if (on === "machine") return `${here}stateMachine:countersign-run`;
  if (on === "execution") return `${here}execution:countersign-run:${execution}`;
  return here + on.replace(/^(table\/|function:)/, "$1countersign-");
}

/** A granted resource with a name in the place of its wildcard. */
function toUsed(resource: string): string {
  return resource.replace(/:\*$/, `:${execution}`);
}

const tenant = "default";

/** Who voted in each stage. */
async function readVoters(
  system: AwsSystem,
  { requirement }: Asked,
): Promise<readonly (readonly string[])[]> {
  const loaded = await loadRequirement(system.store, tenant, requirement);
  return loaded?.value.stages.map(({ votes }) => votes.map(({ by }) => by)) ?? [];
}

describe("one refund is made once on DynamoDB", () => {
  test("when every batch of every stream is handed over twice", async () => {
    const system = await openForTest({ deliversTwice: true });
    const { requirement } = await playRefund(system);
    expect(await readRefunds(system, "1042")).toEqual([requirement]);
    expect(kindsOf(await system.ledger.entriesOf(requirement))).toEqual([
      "requested",
      "confirmed",
      "viewed",
      "decided",
      "executed",
    ]);
    expect(await system.ledger.last()).toMatchObject({ from: 4 });
    for (const { deadLetters } of system.mappings.values()) expect(deadLetters).toEqual([]);
  });

  test("when rows that cannot be sealed stand among its own, and those end in the dead letters", async () => {
    const system = await openForTest();
    const asked = await ask(system, "support", refundSentence);
    await system.pump.hold();
    const poison = (id: string) => outboxKey("decisions", tenant, asked.run, 1_700_000_000_000, id);
    const putRaw = (id: string, body: string) => {
      const { partition, sort } = poison(id);
      const Item = { pk: { S: partition }, sk: { S: sort }, rev: { S: "poison" }, body: { S: body } };
      const TableName = system.tables.get("decisions")?.tableName;
      return system.client.send(new PutItemCommand({ TableName, Item }));
    };
    await putRaw("not-json", "{");
    expect((await approve(system, "asker", asked)).status).toBe(200);
    // What only the executor may say, in the table of those who decide.
    const { run, requirement } = asked;
    const forged = makeEntry({ id: "forged", kind: "executed", run, requirement });
    await putRaw("forged", JSON.stringify(forged));
    expect((await approve(system, "finance-1", asked)).status).toBe(200);
    await putRaw("no-entry", JSON.stringify({ v: 1 }));

    system.pump.letGo();
    expect(await system.ended(run)).toBe(9);
    await system.pump.idle();
    expect(await readRefunds(system, "1042")).toEqual([requirement]);
    expect(kindsOf(await system.ledger.entriesOf(requirement))).toEqual([
      "requested",
      "confirmed",
      "decided",
      "executed",
    ]);
    expect(await system.ledger.find("forged")).toBeUndefined();
    const mapping = system.mappings.get("decisions");
    const sortsOf = (records: NonNullable<typeof mapping>["deadLetters"]) =>
      records.map(({ dynamodb }) => dynamodb.Keys?.["sk"]?.S?.split("#")[1]);
    expect(sortsOf(mapping?.deadLetters ?? [])).toEqual(["not-json", "forged", "no-entry"]);
    const tries = mapping?.invocations.filter(
      (batch) => sortsOf([...batch])[0] === "not-json" && batch.length === 1,
    );
    expect(tries).toHaveLength(10);
    const others = [...system.mappings].filter(([source]) => source !== "decisions");
    expect(others.flatMap(([, { deadLetters }]) => deadLetters)).toEqual([]);
  });

  test("when 20 approvals meet, and every third transaction of theirs is told of a conflict", async () => {
    const conflicts: string[] = [];
    const judge: Judge = (operation, earlier) => {
      if (operation !== "TransactWriteItems" || earlier % 3 !== 0) return "pass";
      conflicts.push(operation);
      return refuse("TransactionCanceledException", {
        CancellationReasons: [{ Code: "TransactionConflict" }],
      });
    };
    const system = await openForTest({ endpoint: await startFaultyProxy(judge) });
    const asked = await ask(system, "support", refundSentence);
    expect((await approve(system, "asker", asked)).status).toBe(200);
    await system.pump.idle();
    const earlier = conflicts.length;
    const people = ["finance-1", "finance-2", "finance-3"];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, place) => approve(system, people[place % 3] ?? "", asked)),
    );
    expect(countStatuses(answers)).toEqual({ 200: 1, 409: 19 });
    expect(conflicts.length).toBeGreaterThan(earlier);
    await system.ended(asked.run);
    await system.pump.idle();
    const [first, second] = await readVoters(system, asked);
    expect(first).toEqual(["asker"]);
    expect(second).toHaveLength(1);
    expect(await readRefunds(system, "1042")).toEqual([asked.requirement]);
    printRefusals(system);
  });

  test("and two people's 20 approvals of what needs two are one vote of each", async () => {
    const system = await openForTest();
    const input = JSON.stringify({ customerId: "cus_4", reason: "asked to be forgotten" });
    const asked = await ask(system, "support", `call delete_customer_data ${input}`);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, place) => approve(system, `ops-${1 + (place % 2)}`, asked)),
    );
    expect(countStatuses(answers)).toEqual({ 200: 2, 409: 18 });
    await system.ended(asked.run);
    const [votes] = await readVoters(system, asked);
    expect(votes?.toSorted()).toEqual(["ops-1", "ops-2"]);
    const deletions = await createAgentTables(system.store, tenant, "support").list("deletions");
    expect(deletions).toHaveLength(1);
    printRefusals(system);
  });
});

function countStatuses(answers: readonly Answer[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** What DynamoDB refused the functions: conflicts of its own, and failed conditions. */
function printRefusals({ usage }: AwsSystem): void {
  const tally = new Tally();
  for (const refusal of usage.take().refusals) tally.add(refusal);
  tally.print("refused by DynamoDB, and tried again:");
}

import { SFNClient, StopExecutionCommand } from "@aws-sdk/client-sfn";
import { beforeAll, describe, expect, test } from "vitest";
import { nodeHost } from "../../local/cli/node-host.ts";
import { seedDemo } from "../../local/seed.ts";
import { checkLog, trustLog } from "../../shared/ledger/verify.ts";
import { outboxPartition } from "../../shared/records/keys.ts";
import { ministackAccount } from "../emulator/ministack.ts";
import { type Deployment, deploy, timePhase } from "./deployment.ts";
import {
  approve,
  decide,
  readRefunds,
  send,
  startRefund,
  takeDeadLetters,
  untilAsked,
  untilRun,
} from "./play.ts";
import { signToken, signWithOtherKey } from "./sign-token.ts";
import { killWorkers } from "./workers.ts";

let deployment: Deployment;

beforeAll(async () => {
  deployment = await deploy();
  console.log(`stand-ins: ${deployment.standIns.length}`);
  for (const standIn of deployment.standIns) console.log(`- ${standIn}`);
  // Pools and orders are written straight into the tables, as an administrator would: the API has no route for them yet.
  await timePhase("seed", () => seedDemo(deployment.store, "default"));
  return () => deployment[Symbol.asyncDispose]();
});

/** What is sealed of a requirement, in its order. */
async function sealedKinds(requirement: string): Promise<readonly string[]> {
  return (await deployment.ledger.entriesOf(requirement)).map(({ entry }) => entry.kind);
}

async function keptSpans(run: string): Promise<number> {
  const partition = `run#default#${run}`;
  const range = { table: "traces", partition, order: "ascending", limit: 100 } as const;
  return (await deployment.store.query(range)).items.length;
}

const patient = { timeout: 60_000, interval: 250 };

describe("the story of the README, deployed", () => {
  test("a refund is asked for, confirmed, approved and made exactly once", async () => {
    const run = await startRefund(deployment, "1042");
    const requirement = await untilAsked(deployment, run);
    expect(requirement.effect).toBe("Refund EUR 250.00 for order 1042.");
    expect(await readRefunds(deployment, "1042")).toEqual([]);
    await approve(deployment, requirement);
    const { output } = await untilRun(deployment, run, "completed");
    expect(output).toBe(
      "Order 1042 of customer cus_17 has a total of 1250.00 EUR.\nRefunded 250.00 EUR on order 1042.",
    );
    const refunds = await readRefunds(deployment, "1042");
    expect(refunds.map(({ amount, requirement: id }) => [amount, id])).toEqual([["250.00", requirement.id]]);
    const kinds = ["requested", "confirmed", "decided", "executed"];
    await expect.poll(() => sealedKinds(requirement.id), patient).toEqual(kinds);
    await expect.poll(() => keptSpans(run), patient).toBeGreaterThan(0);
    expect((await decide(deployment, "finance-2", requirement)).code).toBe("already_decided");
  });

  test("what was sealed is published in the bucket, and verifies there without the API", async () => {
    const { publishedLog, apiUrl } = deployment;
    const key = (await (await fetch(`${apiUrl}/ledger/key`)).text()).trim();
    const trusted = trustLog([key], nodeHost);
    if (!trusted.ok) throw new Error(trusted.why);
    const readFile = async (path: string) =>
      path === "checkpoint" ? (await publishedLog.readCheckpoint())?.note : publishedLog.read(path);
    // By the clock, once a minute.
    await expect
      .poll(() => checkLog({ readFile, trust: trusted.trust }, nodeHost), {
        timeout: 150_000,
        interval: 1_000,
      })
      .toMatchObject({ ok: true });
    const published = await checkLog({ readFile, trust: trusted.trust }, nodeHost);
    const bundle = await publishedLog.read(
      `tile/entries/000.p/${published.ok ? published.checkpoint.size : 0}`,
    );
    expect(Buffer.from(bundle ?? []).toString()).toContain('"kind":"decided"');
    expect((await send(deployment, undefined, "GET", "/ledger/checkpoint")).status).toBe(401);
  });

  test("nobody gets in without a token of the issuer, or beyond its scopes", async () => {
    expect((await send(deployment, undefined, "GET", "/runs")).status).toBe(401);
    expect((await send(deployment, await signWithOtherKey(deployment), "GET", "/runs")).status).toBe(401);
    const reader = await signToken(deployment, "openid countersign/read");
    expect((await send(deployment, reader, "GET", "/runs")).status).toBe(200);
    const run = { input: "Refund order 1042, 250.00 because the parcel was lost" };
    expect((await send(deployment, reader, "POST", "/agents/support/runs", run)).status).toBe(403);
    expect((await send(deployment, undefined, "GET", "/config.json")).status).toBe(200);
  });

  test("an outsider does not find it, and its asker is no approver", async () => {
    const run = await startRefund(deployment, "1045", "finance-1");
    const requirement = await untilAsked(deployment, run);
    expect((await send(deployment, "outsider", "GET", `/runs/${run}`)).code).toBe("not_found");
    expect((await decide(deployment, "outsider", requirement)).code).toBe("not_found");
    expect((await decide(deployment, "finance-2", requirement)).code).toBe("stage_not_open");
    expect((await decide(deployment, "finance-1", requirement)).status).toBe(200);
    expect((await decide(deployment, "finance-1", requirement)).code).toBe("self_approval");
    expect((await decide(deployment, "finance-2", requirement)).status).toBe(200);
    await untilRun(deployment, run, "completed");
    expect(await readRefunds(deployment, "1045")).toHaveLength(1);
  });
});

describe("a worker that is killed", () => {
  test("while the model is asked changes nothing", async () => {
    const asked = deployment.model.hold((body) => body.includes("order 1046"), "before-it-is-sent");
    const run = await startRefund(deployment, "1046");
    await asked.reached;
    expect(killWorkers(deployment.emulatorPid, "take-agent-steps")).toBeGreaterThan(0);
    asked.release();
    await approve(deployment, await untilAsked(deployment, run));
    await untilRun(deployment, run, "completed");
    expect(await readRefunds(deployment, "1046")).toHaveLength(1);
  });

  // The call comes again when the claim's lease is over: 60 s for the invocation and 5 s more.
  test("in the tool, before or after its effect, leaves one effect", async () => {
    const isWriteOf = (order: string) => (body: string) =>
      body.includes("TransactItems") && body.includes("countersign-agent-support") && body.includes(order);
    const before = deployment.tables.hold(isWriteOf("1047"), "before-it-is-sent");
    const after = deployment.tables.hold(isWriteOf("1049"), "before-it-is-answered");
    const runs = await Promise.all(["1047", "1049"].map((order) => startRefund(deployment, order)));
    const asked = await Promise.all(runs.map((run) => untilAsked(deployment, run)));
    await Promise.all(asked.map((requirement) => approve(deployment, requirement)));
    await Promise.all([before.reached, after.reached]);
    expect(killWorkers(deployment.emulatorPid, "execute-call")).toBe(2);
    before.release();
    after.release();
    expect(await readRefunds(deployment, "1047")).toHaveLength(0);
    expect(await readRefunds(deployment, "1049")).toHaveLength(1);
    await Promise.all(runs.map((run) => untilRun(deployment, run, "completed", 150)));
    expect(await readRefunds(deployment, "1047")).toHaveLength(1);
    expect(await readRefunds(deployment, "1049")).toHaveLength(1);
  });
});

describe("what goes wrong around it", () => {
  test("an execution that is stopped from outside is adopted, and its run ends once", async () => {
    const run = await startRefund(deployment, "1050");
    const requirement = await untilAsked(deployment, run);
    const { region, credentials } = ministackAccount;
    const stepFunctions = new SFNClient({ endpoint: deployment.endpoint, region, credentials });
    const executionArn = `${deployment.machineArn.replace(":stateMachine:", ":execution:")}:${run}-1`;
    await stepFunctions.send(new StopExecutionCommand({ executionArn }));
    await expect
      .poll(() => deployment.readLog(), patient)
      .toMatch(new RegExp(`execution started: .*:${run}-2$`, "m"));
    expect(deployment.readLog()).toContain("EventBridge → Lambda countersign-adopt-runs: dispatched");
    await approve(deployment, requirement);
    await untilRun(deployment, run, "completed");
    expect(await readRefunds(deployment, "1050")).toHaveLength(1);
  });

  test("a row that cannot be sealed ends in the dead letters, and later ones are sealed", async () => {
    const poison = { table: "work", partition: outboxPartition("default", "0"), sort: "poison" } as const;
    await deployment.store.write([{ action: "put", key: poison, body: { v: 1 }, expect: "absent" }]);
    await expect
      .poll(() => takeDeadLetters(deployment), patient)
      .toEqual(
        expect.arrayContaining([
          expect.stringMatching(/RetryAttemptsExhausted.*"batchSize": 1.*table\/countersign-work\/stream/),
        ]),
      );
    const requirement = await untilAsked(deployment, await startRefund(deployment, "1051"));
    await expect.poll(() => sealedKinds(requirement.id), patient).toEqual(["requested"]);
  });
});

describe("deploying it again", () => {
  test("changes nothing", async () => {
    const difference = ["diff", "--fail"];
    const found = await timePhase("cdk diff", () => deployment.synthesizeAnd(difference, "second"));
    expect(found).toContain("Number of stacks with differences: 0");
    const again = ["deploy", "--all", "--require-approval", "never"];
    const said = await timePhase("cdk deploy again", () => deployment.cdk(again, "second"));
    expect(said.match(/\(no changes\)/g)).toHaveLength(2);
  });
});

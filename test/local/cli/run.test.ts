import { describe, expect, test } from "vitest";
import {
  buildRequirement,
  buildRun,
  buildStage,
  confirmed,
  financeOpen,
  financePassed,
  requirementId,
  runId,
} from "./api-builders.ts";
import { runCli } from "./run-cli.ts";
import { ok, refused, startStub } from "./stub-server.ts";

const startRoute = "POST /agents/support/runs";
const readRoute = `GET /runs/${runId}`;
const story = ["run", "support", "Refund order 1042, 250.00 because the parcel was lost"];

const paused = buildRun({ status: "paused", requirements: [buildRequirement()] });

describe("run", () => {
  test("says what the run waits for and what the asker types next", async () => {
    await using server = await startStub({
      [startRoute]: { status: 202, body: buildRun() },
      [readRoute]: ok(buildRun()),
      [`${readRoute}?wait=5&seen=running`]: ok(paused),
    });
    expect(await runCli(server.url, story)).toEqual({
      exitCode: 0,
      stderr: "",
      stdout: `Agent support works on it for asker: ${runId}
${runId}: Awaiting your confirmation
  ${requirementId}  Refund EUR 250.00 for order 1042.
    waits for asker
Next: npx countersign approve req_01jd9z6q4t5x8m2n3p7r9s0v1w_1_0_1 --as asker
`,
    });
    expect(server.requests[0]).toEqual({
      route: startRoute,
      authorization: "Bearer token-of-asker",
      body: { input: "Refund order 1042, 250.00 because the parcel was lost" },
    });
  });

  test("with --wait goes on until the end and says each time who has to act", async () => {
    const forFinance = buildRun({
      status: "paused",
      requirements: [buildRequirement({ stages: [confirmed, financeOpen] })],
    });
    const completed = buildRun({
      status: "completed",
      output: "Order 1042 got EUR 250.00 back.",
      requirements: [
        buildRequirement({
          status: "approved",
          stages: [confirmed, financePassed],
          execution: { status: "succeeded", output: "refunded" },
        }),
      ],
    });
    await using server = await startStub({
      [startRoute]: { status: 202, body: buildRun() },
      [readRoute]: [ok(paused), ok(paused), ok(forFinance)],
      [`${readRoute}?wait=20&seen=paused`]: [ok(paused), ok(forFinance), ok(completed)],
    });
    expect((await runCli(server.url, [...story, "--wait"])).stdout)
      .toBe(`Agent support works on it for asker: ${runId}
${runId}: Awaiting your confirmation
  ${requirementId}  Refund EUR 250.00 for order 1042.
    waits for asker
Next: npx countersign approve ${requirementId} --as asker
${runId}: Awaiting approval
  ${requirementId}  Refund EUR 250.00 for order 1042.
    waits for pool finance
Next: npx countersign approve ${requirementId} --as finance-1
${runId}: completed
  ${requirementId}  Refund EUR 250.00 for order 1042.
    approved; issue_refund ran: "refunded"
Answer, in the model's words:
  | Order 1042 got EUR 250.00 back.
Next: npx countersign demo show orders 1042
`);
  });

  test("that is still at work after a moment says how to look again", async () => {
    await using server = await startStub({
      [startRoute]: { status: 202, body: buildRun() },
      [readRoute]: ok(buildRun()),
    });
    const { stdout } = await runCli(server.url, [...story, "--as", "asker-2"], { patienceMs: 0 });
    expect(stdout).toBe(`Agent support works on it for asker-2: ${runId}
${runId}: running
Next: npx countersign show ${runId} --as asker-2
`);
  });

  test("that outlives its token signs in again, once", async () => {
    const tooOld = refused(401, "unauthenticated", "The token has expired: sign in again.");
    await using server = await startStub({
      [startRoute]: { status: 202, body: buildRun() },
      [readRoute]: [tooOld, ok(paused), tooOld, tooOld],
    });
    let signIns = 0;
    const signIn = () => Promise.resolve(`token-${(signIns += 1)}`);
    expect((await runCli(server.url, story, { signIn })).exitCode).toBe(0);
    expect(server.requests.map(({ authorization }) => authorization)).toEqual([
      "Bearer token-1",
      "Bearer token-1",
      "Bearer token-2",
    ]);
    expect((await runCli(server.url, story, { signIn })).stderr).toMatch(
      /^The token has expired: sign in again\. \(unauthenticated\)\n/,
    );
  });

  test("with --json prints the run alone", async () => {
    await using server = await startStub({
      [startRoute]: { status: 202, body: buildRun() },
      [readRoute]: ok(paused),
    });
    const { stdout } = await runCli(server.url, [...story, "--json"]);
    expect(stdout).toBe(`${JSON.stringify(paused)}\n`);
  });

  test("of an unknown agent ends with one that works", async () => {
    await using server = await startStub({
      "POST /agents/suport/runs": refused(
        404,
        "not_found",
        'There is no agent "suport"; the agents are support.',
      ),
    });
    expect(await runCli(server.url, ["run", "suport", "hello"])).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `There is no agent "suport"; the agents are support. (not_found)
Next: npx countersign run support "Refund order 1042, 250.00 because the parcel was lost" --as asker
`,
    });
  });
});

describe("cancel", () => {
  test("says that the run is over", async () => {
    await using server = await startStub({
      [`POST /runs/${runId}/cancel`]: ok(paused),
      [readRoute]: ok(
        buildRun({ status: "cancelled", requirements: [buildRequirement({ status: "cancelled" })] }),
      ),
    });
    expect((await runCli(server.url, ["cancel", runId, "--as", "asker"])).stdout).toBe(`${runId}: cancelled
  ${requirementId}  Refund EUR 250.00 for order 1042.
    cancelled
Next: npx countersign run support "Refund order 1042, 250.00 because the parcel was lost" --as asker
`);
  });
});

describe("show of a run", () => {
  test("says what was asked, by whom and what it used", async () => {
    const two = buildRun({
      status: "paused",
      requirements: [
        buildRequirement({
          stages: [buildStage({ by: ["ops"], need: 2, got: 1 })],
          tool: "delete_customer_data",
        }),
      ],
    });
    await using server = await startStub({ [readRoute]: ok(two) });
    expect((await runCli(server.url, ["show", runId, "--as", "asker"])).stdout)
      .toBe(`${runId}: Awaiting approval
  ${requirementId}  Refund EUR 250.00 for order 1042.
    waits for pool ops (1 of 2)
Asked by asker at 2026-11-22T11:57:59.000Z: "Refund order 1042, 250.00 because the parcel was lost"
Used 2 model calls, 1 tool calls, 310 + 42 tokens.
Next: npx countersign approve ${requirementId} --as ops-1
`);
  });

  test("that waits for its asker does not tell somebody else that it is theirs", async () => {
    await using server = await startStub({ [readRoute]: ok(paused) });
    const { stdout } = await runCli(server.url, ["show", runId, "--as", "admin"]);
    expect(stdout).toMatch(/^run_\w+: Awaiting confirmation by asker\n/);
  });

  test("of a failed one prints the reason with its code", async () => {
    await using server = await startStub({
      [readRoute]: ok(
        buildRun({ status: "failed", error: { code: "model_error", message: "The model refused." } }),
      ),
    });
    const { stdout } = await runCli(server.url, ["show", runId, "--as", "asker"]);
    expect(stdout).toContain("\nError: The model refused. (model_error)\n");
  });
});

import { describe, expect, test } from "vitest";
import {
  buildRequirement,
  buildStage,
  confirmed,
  digest,
  financeOpen,
  financePassed,
  requirementId,
  runId,
} from "./api-builders.ts";
import { runCli } from "./run-cli.ts";
import { ok, refused, startStub } from "./stub-server.ts";

const shownRoute = `GET /requirements/${requirementId}`;
const decideRoute = `POST /requirements/${requirementId}/decisions`;

const waitsForFinance = buildRequirement({ stages: [confirmed, financeOpen] });
const approved = buildRequirement({ status: "approved", stages: [confirmed, financePassed] });

const proposal = `Refund EUR 250.00 for order 1042.
  orderId: "1042"
  amount: "250.00"
  currency: "EUR"
  reason: "the parcel was lost"
`;

describe("approve", () => {
  test("shows the asker what would run, confirms exactly that and names who is next", async () => {
    await using server = await startStub({
      [shownRoute]: ok(buildRequirement()),
      [decideRoute]: ok(waitsForFinance),
    });
    expect(await runCli(server.url, ["approve", requirementId, "--as", "asker"])).toEqual({
      exitCode: 0,
      stderr: "",
      stdout: `${proposal}Confirmed. Now pool finance has to approve.
Next: npx countersign approve req_01jd9z6q4t5x8m2n3p7r9s0v1w_1_0_1 --as finance-1
`,
    });
    expect(server.requests).toEqual([
      { route: shownRoute, authorization: "Bearer token-of-asker", body: undefined },
      { route: decideRoute, authorization: "Bearer token-of-asker", body: { decision: "approve", digest } },
    ]);
  });

  test("of the last approver waits for the outcome and says where to see it", async () => {
    const succeeded = buildRequirement({
      status: "approved",
      stages: [confirmed, financePassed],
      execution: { status: "succeeded", output: { refunded: "250.00", currency: "EUR" } },
    });
    const running = buildRequirement({ ...approved, execution: { status: "running" } });
    await using server = await startStub({
      [shownRoute]: [ok(waitsForFinance), ok(approved), ok(running), ok(succeeded)],
      [decideRoute]: ok(approved),
    });
    const words = ["approve", requirementId, "--as", "finance-1", "--comment", "checked with the carrier"];
    expect(await runCli(server.url, words)).toEqual({
      exitCode: 0,
      stderr: "",
      stdout: `${proposal}Approved. issue_refund ran: {refunded: "250.00", currency: "EUR"}
Next: npx countersign demo show orders 1042
`,
    });
    expect(server.requests[1]?.body).toEqual({
      decision: "approve",
      digest,
      comment: "checked with the carrier",
    });
  });

  test.for([
    [
      { status: "failed", message: "The order has only EUR 100.00 left." },
      "Approved. issue_refund ran and failed: The order has only EUR 100.00 left.",
      `Next: npx countersign show ${runId} --as asker`,
    ],
    [
      { status: "refused", code: "expired", message: "The approval expired." },
      "Approved. issue_refund was refused before it ran: The approval expired.",
      `Next: npx countersign show ${runId} --as asker`,
    ],
    [
      { status: "in-doubt" },
      "Approved. issue_refund began and nobody knows whether it finished: people are asked, it does not run again by itself.",
      `Next: npx countersign show ${requirementId} --as finance-1`,
    ],
    [
      { status: "running" },
      "Approved. issue_refund has not finished yet.",
      `Next: npx countersign show ${requirementId} --as finance-1`,
    ],
  ] as const)("says of an execution that is %j: %s", async ([execution, sentence, next]) => {
    await using server = await startStub({
      [shownRoute]: [ok(waitsForFinance), ok(buildRequirement({ ...approved, execution }))],
      [decideRoute]: ok(approved),
    });
    const words = ["approve", requirementId, "--as", "finance-1"];
    const { stdout } = await runCli(server.url, words, { patienceMs: 0 });
    expect(stdout).toBe(`${proposal}${sentence}\n${next}\n`);
  });

  test("says how many are missing, and proposes somebody who has not voted", async () => {
    const first = buildStage({
      by: ["ops"],
      need: 2,
      got: 1,
      decisions: [{ by: "ops-1", decision: "approve", at: "2026-11-22T11:59:00.000Z", channel: "cli" }],
    });
    await using server = await startStub({
      [shownRoute]: ok(buildRequirement({ stages: [buildStage({ by: ["ops"], need: 2 })] })),
      [decideRoute]: ok(buildRequirement({ stages: [first] })),
    });
    const { stdout } = await runCli(server.url, ["approve", requirementId, "--as", "ops-1"]);
    expect(stdout).toBe(`${proposal}Approved. Now 1 more of pool ops has to approve.
Next: npx countersign approve ${requirementId} --as ops-2
`);
  });

  test("prints a refusal with its code, and who can go on", async () => {
    await using server = await startStub({
      [shownRoute]: ok(waitsForFinance),
      [decideRoute]: refused(
        403,
        "self_approval",
        "asker asked for what it would do, so somebody else decides.",
      ),
    });
    expect(await runCli(server.url, ["approve", requirementId, "--as", "asker"])).toEqual({
      exitCode: 1,
      stdout: proposal,
      stderr: `asker asked for what it would do, so somebody else decides. (self_approval)
Next: npx countersign approve ${requirementId} --as finance-1
`,
    });
  });

  test("with --json prints the API's JSON and nothing else, refusals too", async () => {
    const problem = { type: "about:blank", title: "t", status: 410, detail: "It expired.", code: "expired" };
    await using server = await startStub({
      [shownRoute]: ok(buildRequirement()),
      [decideRoute]: [ok(waitsForFinance), { status: 410, body: problem }],
    });
    const words = ["approve", requirementId, "--as", "asker", "--json"];
    expect(await runCli(server.url, words)).toEqual({
      exitCode: 0,
      stdout: `${JSON.stringify(waitsForFinance)}\n`,
      stderr: "",
    });
    expect(await runCli(server.url, words)).toEqual({
      exitCode: 1,
      stdout: `${JSON.stringify(problem)}\n`,
      stderr: "",
    });
  });

  test("does not decide on arguments that the server leaves out", async () => {
    await using server = await startStub({ [shownRoute]: ok({ ...waitsForFinance, input: undefined }) });
    expect(await runCli(server.url, ["approve", requirementId, "--as", "finance-1"])).toEqual({
      exitCode: 1,
      stdout: "Refund EUR 250.00 for order 1042.\nArguments:  not shown to you\n",
      stderr: `${requirementId} does not show you its arguments, so there is nothing for you to decide on.\n`,
    });
  });

  test("never acts as somebody who was not named", async () => {
    await using server = await startStub({});
    expect(await runCli(server.url, ["approve", requirementId])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr:
        "Say who you are: add --as PERSON, or set COUNTERSIGN_AS. The seeded people are asker, asker-2, finance-1 (finance), finance-2 (finance), finance-3 (finance), ops-1 (ops), ops-2 (ops), ops-3 (ops), auditor, admin, outsider.\n",
    });
    expect(server.requests).toEqual([]);
  });

  test("takes COUNTERSIGN_AS where --as is absent", async () => {
    await using server = await startStub({
      [shownRoute]: ok(buildRequirement()),
      [decideRoute]: ok(waitsForFinance),
    });
    await runCli(server.url, ["approve", requirementId], { env: { COUNTERSIGN_AS: "asker" } });
    expect(server.requests[0]?.authorization).toBe("Bearer token-of-asker");
  });
});

describe("reject", () => {
  test("needs a comment", async () => {
    await using server = await startStub({});
    const { exitCode, stderr } = await runCli(server.url, ["reject", requirementId, "--as", "finance-1"]);
    expect(exitCode).toBe(2);
    expect(stderr).toBe("error: required option '--comment <text>' not specified\n");
  });

  test("says that nothing runs", async () => {
    await using server = await startStub({
      [shownRoute]: ok(waitsForFinance),
      [decideRoute]: ok(
        buildRequirement({
          status: "rejected",
          stages: [confirmed, buildStage({ ...financeOpen, status: "failed" })],
        }),
      ),
    });
    const words = ["reject", requirementId, "--as", "finance-1", "--comment", "not lost"];
    expect((await runCli(server.url, words)).stdout)
      .toBe(`${proposal}Rejected. issue_refund does not run, and the agent reads why.
Next: npx countersign show ${runId} --as asker
`);
    expect(server.requests[1]?.body).toEqual({ decision: "reject", digest, comment: "not lost" });
  });
});

describe("answer", () => {
  const doubt = buildRequirement({
    kind: "reconcile",
    tool: "restart_service",
    effect: "Restart checkout: did it happen?",
    input: { service: "checkout" },
  });

  const answerRoute = `POST /requirements/${requirementId}/answers`;
  const inDoubt = buildRequirement({ ...doubt, status: "answered", execution: { status: "in-doubt" } });
  const words = ["answer", requirementId, "outcome=happened", "--as", "asker"];

  test("settles a call in doubt with the digest that was shown, and waits for what becomes of it", async () => {
    const settled = buildRequirement({
      ...inDoubt,
      execution: { status: "succeeded", output: "reported as done" },
    });
    await using server = await startStub({
      [shownRoute]: [ok(doubt), ok(inDoubt), ok(settled)],
      [answerRoute]: ok(inDoubt),
    });
    expect(await runCli(server.url, words)).toEqual({
      exitCode: 0,
      stderr: "",
      stdout: `Restart checkout: did it happen?
  service: "checkout"
Answered. restart_service ran: "reported as done"
Next: npx countersign show ${runId} --as asker
`,
    });
    expect(server.requests[1]?.body).toEqual({ digest, answers: { outcome: "happened" } });
  });

  test("that is not settled after a moment says so", async () => {
    await using server = await startStub({
      [shownRoute]: [ok(doubt), ok(inDoubt)],
      [answerRoute]: ok(inDoubt),
    });
    const { stdout } = await runCli(server.url, words, { patienceMs: 0 });
    expect(stdout).toContain("\nAnswered. restart_service is being settled.\n");
  });

  test("refuses what is no field=value before it asks the server", async () => {
    await using server = await startStub({});
    expect(await runCli(server.url, ["answer", requirementId, "happened", "--as", "asker"])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: '"happened" is no answer: write field=value, as in outcome=happened.\n',
    });
  });
});

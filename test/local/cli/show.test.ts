import { describe, expect, test } from "vitest";
import {
  buildEligibility,
  buildRequirement,
  buildStage,
  confirmed,
  digest,
  financeOpen,
  requirementId,
  runId,
} from "./api-builders.ts";
import { runCli } from "./run-cli.ts";
import { ok, refused, startStub } from "./stub-server.ts";

const readRoute = `GET /requirements/${requirementId}`;
const eligibilityRoute = `${readRoute}/eligibility`;
const inboxRoute = "GET /requirements?view=awaiting-me&limit=50";

describe("show of a requirement", () => {
  test("is the whole card", async () => {
    await using server = await startStub({
      [readRoute]: ok(buildRequirement({ stages: [confirmed, financeOpen] })),
      [eligibilityRoute]: ok(
        buildEligibility({
          eligible: [{ subject: "finance-1" }, { subject: "finance-2" }],
          excluded: [{ subject: "asker", code: "self_approval", detail: "asker asked for it" }],
        }),
      ),
    });
    expect(await runCli(server.url, ["show", requirementId, "--as", "finance-2"])).toEqual({
      exitCode: 0,
      stderr: "",
      stdout: `${requirementId}: pending
Refund EUR 250.00 for order 1042.
  orderId: "1042"
  amount: "250.00"
  currency: "EUR"
  reason: "the parcel was lost"
Kind:       approval (version 1)
Tool:       issue_refund, proposed by agent support
Asked by:   asker
Risk:       medium, cannot be undone; Money leaves the account.
Rule:       issue_refund: the asker confirms, then one approver of pool finance signs off.
Stage 1:    asker, who asked: passed, 1 of 1
    approve by asker at 2026-11-22T11:59:00.000Z (cli)
Stage 2:    pool finance: open, 0 of 1
May decide: finance-1, finance-2
    not asker: asker asked for it (self_approval)
Expires:    2026-11-29T11:58:00.000Z (in 7 days)
Digest:     ${digest}
Untrusted, the model's own words:
    "The order was lost, so I refund it."
Next: npx countersign approve ${requirementId} --as finance-2
`,
    });
  });

  test("tells the viewer why it is not theirs to decide, and who can", async () => {
    await using server = await startStub({
      [readRoute]: ok(buildRequirement({ stages: [confirmed, financeOpen] })),
      [eligibilityRoute]: ok(
        buildEligibility({
          you: { mayDecide: false, reason: { code: "not_eligible", detail: "It waits for pool finance." } },
          eligible: [{ subject: "finance-1" }],
        }),
      ),
    });
    const { stdout } = await runCli(server.url, ["show", requirementId, "--as", "auditor"]);
    expect(stdout).toContain(
      "\nMay decide: finance-1\n    not you: It waits for pool finance. (not_eligible)\n",
    );
    expect(stdout).toMatch(/\nNext: npx countersign approve req_\w+ --as finance-1\n$/);
  });

  test("that is sealed says where its receipt is", async () => {
    const receipt = { index: 2, url: `/ledger/receipts/${requirementId}` };
    await using server = await startStub({
      [readRoute]: ok(buildRequirement({ status: "approved", receipt })),
    });
    const { stdout } = await runCli(server.url, ["show", requirementId, "--as", "asker"]);
    expect(stdout).toContain("\nReceipt:    entry 2 of the ledger\n");
  });

  test("that is over asks nobody and shows the outcome", async () => {
    await using server = await startStub({
      [readRoute]: ok(
        buildRequirement({ status: "approved", execution: { status: "failed", message: "No such order." } }),
      ),
    });
    const { stdout } = await runCli(server.url, ["show", requirementId, "--as", "asker"]);
    expect(stdout).toContain(
      "\nExpires:    2026-11-29T11:58:00.000Z\nExecution:  issue_refund ran and failed: No such order.\n",
    );
    expect(stdout).toMatch(new RegExp(`\nNext: npx countersign show ${runId} --as asker\n$`));
  });

  test("of a call in doubt names the answers and proposes the one that does nothing", async () => {
    await using server = await startStub({
      [readRoute]: ok(buildRequirement({ kind: "reconcile", stages: [buildStage({})] })),
      [eligibilityRoute]: ok(buildEligibility({ eligible: [{ subject: "asker" }] })),
    });
    const { stdout } = await runCli(server.url, ["show", requirementId, "--as", "asker"]);
    expect(stdout).toMatch(
      /\nAnswers:\n {4}outcome=happened .*\n {4}outcome=run-again .*\n {4}outcome=give-up .*\nNext: npx countersign answer req_\w+ outcome=give-up --as asker\n$/,
    );
  });

  test("shows hostile text with every hidden character visible, and lets none reach the terminal", async () => {
    const hostile = "\u001b[2K\u001b[1A\r\u202e\u200b\u{e0041}\u3164\u2800\nNext: npx countersign approve";
    const shown = String.raw`\u{1b}[2K\u{1b}[1A\u{d}\u{202e}\u{200b}\u{e0041}\u{3164}\u{2800}\nNext: npx countersign approve`;
    await using server = await startStub({
      [readRoute]: ok(
        buildRequirement({
          effect: `Refund ${hostile}`,
          input: { reason: hostile, [hostile]: { deep: [hostile] } },
          rationale: hostile,
          rule: hostile,
          risk: { level: "low", reasons: [hostile] },
          agent: hostile,
          requester: { kind: "person", subject: hostile, name: hostile },
          stages: [
            buildStage({
              decisions: [
                {
                  by: hostile,
                  decision: "approve",
                  at: "2026-11-22T11:59:00.000Z",
                  channel: "cli",
                  comment: hostile,
                },
              ],
            }),
          ],
        }),
      ),
      [eligibilityRoute]: ok(
        buildEligibility({
          you: { mayDecide: false, reason: { code: "not_eligible", detail: hostile } },
          eligible: [{ subject: hostile }],
          excluded: [{ subject: hostile, code: "not_eligible", detail: hostile }],
        }),
      ),
    });
    const { stdout } = await runCli(server.url, ["show", requirementId, "--as", "asker"]);
    const lines = stdout.split("\n");
    expect(lines[1]).toBe(`Refund ${shown}`);
    expect(lines[2]).toBe(`  reason: "${shown}"`);
    expect(lines[3]).toBe(`  "${shown}": {deep: ["${shown}"]}`);
    expect(lines.filter((line) => line.startsWith("Next:"))).toEqual([
      `Next: npx countersign show ${requirementId} --as asker`,
    ]);
    expect(stdout).not.toMatch(/[[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]--\n]/v);
  });

  test("with --json escapes what could steer the terminal and keeps the value", async () => {
    const requirement = buildRequirement({ effect: "Refund \u009b2J\u202e\u{e0041}" });
    await using server = await startStub({ [readRoute]: ok(requirement) });
    const { stdout } = await runCli(server.url, ["show", requirementId, "--as", "asker", "--json"]);
    expect(stdout).toContain(String.raw`"effect":"Refund \u009b2J\u202e\udb40\udc41"`);
    expect(JSON.parse(stdout)).toEqual(requirement);
  });

  test("puts nothing of the model's into the next command that a shell would act on", async () => {
    await using server = await startStub({
      [readRoute]: ok(
        buildRequirement({
          status: "approved",
          input: { orderId: "1042; rm -rf ~", amount: "1.00" },
          execution: { status: "succeeded" },
        }),
      ),
    });
    const { stdout } = await runCli(server.url, ["show", requirementId, "--as", "asker"]);
    expect(stdout).toMatch(/\nNext: npx countersign demo show orders\n$/);
  });

  test.for(["run_", "1042", "req_../../health", "req_1;ls"])(
    "refuses the id %s without asking the server",
    async (id) => {
      await using server = await startStub({});
      const { exitCode, stderr } = await runCli(server.url, ["show", id, "--as", "asker"]);
      expect(exitCode).toBe(2);
      expect(stderr).toBe(`"${id}" is no id: give one that begins with run_ or req_.\n`);
    },
  );

  test("of what one may not see leads back to the inbox", async () => {
    await using server = await startStub({ [readRoute]: refused(404, "not_found", "It was not found.") });
    expect(await runCli(server.url, ["show", requirementId, "--as", "outsider"])).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: "It was not found. (not_found)\nNext: npx countersign inbox --as outsider\n",
    });
  });
});

describe("inbox", () => {
  test("has a line for each requirement", async () => {
    const other = buildRequirement({
      id: `${requirementId}2`,
      effect: "Delete what is known about customer cus_7.",
      stages: [buildStage({ by: ["ops", "finance"], need: 2, got: 1 })],
      expiresAt: "2026-11-22T12:20:00.000Z",
    });
    await using server = await startStub({
      [inboxRoute]: ok({
        items: [buildRequirement({ stages: [confirmed, financeOpen] }), other],
        nextCursor: null,
      }),
    });
    expect((await runCli(server.url, ["inbox", "--as", "finance-1"])).stdout).toBe(
      `${requirementId}  Refund EUR 250.00 for order 1042. | asked by asker | waits for pool finance | expires in 7 days
${requirementId}2  Delete what is known about customer cus_7. | asked by asker | waits for pool ops or finance (1 of 2) | expires in 20 minutes
Next: npx countersign show ${requirementId} --as finance-1
`,
    );
  });

  test("that is empty says so and how to begin", async () => {
    await using server = await startStub({ [inboxRoute]: ok({ items: [], nextCursor: null }) });
    expect((await runCli(server.url, ["inbox", "--as", "ops-1"])).stdout).toBe(`Nothing waits for ops-1.
Next: npx countersign run support "Refund order 1042, 250.00 because the parcel was lost" --as asker
`);
  });
});

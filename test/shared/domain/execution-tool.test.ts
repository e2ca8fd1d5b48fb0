import * as z from "zod/mini";
import { describe, expect, test } from "vitest";

import { type GateInput, judgeExecution } from "../../../shared/domain/execution-gate.ts";
import { policyOf, toolVersionOf } from "../../../shared/domain/stages.ts";
import { buildAgent, buildNoteTool, buildReadTool, buildRefundTool } from "../../builders/build-agent.ts";
import { buildApproved, buildAuditGate, buildGate, buildOpenCall } from "../../builders/build-gate.ts";
import { buildRun } from "../../builders/build-run.ts";
import { sha256 } from "../../builders/sha256.ts";
import { verdictOf } from "../../builders/tell-verdict.ts";

const refund = buildRefundTool();

const approvedOf = (over: Parameters<typeof buildApproved>[1] = {}) => buildApproved(refund, over);

describe("the last gate when the tool has changed since", () => {
  const agentOf = (tool: ReturnType<typeof buildRefundTool>) => buildAgent({ tools: [tool] });
  const changed: readonly (readonly [string, ReturnType<typeof buildAgent> | undefined, string])[] = [
    ["the agent is gone", undefined, "refuse unknown_tool"],
    ["the tool is gone", buildAgent({ tools: [buildReadTool()] }), "refuse unknown_tool"],
    [
      "it takes other input",
      agentOf(
        buildRefundTool({ input: z.strictObject({ order: z.string(), cents: z.int().check(z.maximum(9)) }) }),
      ),
      "refuse tool_changed",
    ],
    ["it counts as idempotent", agentOf(buildRefundTool({ idempotent: true })), "refuse tool_changed"],
    [
      "it became an audit call",
      agentOf(buildRefundTool({}, { approval: { type: "audit" } })),
      "refuse tool_changed",
    ],
    [
      "it needs more approvals",
      agentOf(
        buildRefundTool(
          {},
          { requiresConfirmation: true, approval: { type: "required", pool: "finance", approvals: 3 } },
        ),
      ),
      "refuse tool_changed",
    ],
    [
      "it needs another pool",
      agentOf(
        buildRefundTool(
          {},
          { requiresConfirmation: true, approval: { type: "required", pool: "ops", approvals: 2 } },
        ),
      ),
      "refuse tool_changed",
    ],
    [
      "it refuses this input now",
      agentOf(buildRefundTool({ refuse: ({ cents }) => (cents > 100 ? "Too much." : undefined) })),
      "refuse tool_refused",
    ],
  ];

  test.for(changed)("%s", ([, agent, verdict]) => {
    expect(verdictOf(buildGate({ agent }))).toBe(verdict);
  });

  test("an audit call whose tool needs people by now", () => {
    const note = buildNoteTool({ effect: () => "Adds a note." }, { requiresConfirmation: true });
    expect(verdictOf(buildAuditGate({ agent: buildAgent({ tools: [note] }) }))).toBe("refuse tool_changed");
  });

  test("an approval under an older policy hash than the tool's, where the versions agree", () => {
    const policyHash = policyOf(buildNoteTool(), sha256).hash;
    expect(verdictOf(buildGate({ requirements: [approvedOf({ policyHash })] }))).toBe(
      "refuse policy_changed",
    );
  });
});

describe("the last gate against a forged call", () => {
  const call = buildOpenCall(refund);
  const bare = { input: { order: "1042", cents: 25_000 } };
  const attacks: readonly (readonly [string, GateInput, string])[] = [
    [
      "a gated call that says it is an audit call",
      buildGate({ call: { ...call, ...bare, mode: "audit" }, requirements: [] }),
      "refuse not_gated",
    ],
    [
      "the same with an approval at hand",
      buildGate({ call: { ...call, ...bare, mode: "audit" } }),
      "refuse not_gated",
    ],
    [
      "a read-only tool's call that says it is an audit call",
      buildAuditGate({ tool: buildReadTool(), agent: buildAgent({ tools: [buildReadTool()] }) }),
      "refuse not_gated",
    ],
    [
      "an audit call that says people were asked",
      buildAuditGate({ call: { ...buildAuditGate().call, mode: "people" }, requirements: [approvedOf()] }),
      "refuse no_requirement",
    ],
    [
      "a call of another run",
      buildGate({ run: buildRun({ id: "run_01m81j18g0041061050r3gg28b" }) }),
      "refuse wrong_call",
    ],
    [
      "a call with another version of its tool",
      buildGate({ call: buildOpenCall(refund, { toolVersion: "e".repeat(64) }) }),
      "refuse tool_changed",
    ],
    [
      "a call of another tool under the same approval",
      buildGate({
        agent: buildAgent({ tools: [refund, buildRefundTool({ name: "pay_out" })] }),
        call: buildOpenCall(refund, {
          tool: "pay_out",
          toolVersion: toolVersionOf(buildRefundTool({ name: "pay_out" }), sha256),
        }),
      }),
      "refuse policy_changed",
    ],
    [
      "another agent's tool of the same name and shape",
      buildGate({
        agent: buildAgent({ name: "billing", tools: [refund] }),
        run: buildRun({ agent: "billing" }),
      }),
      "refuse wrong_requirement",
    ],
  ];

  test.for(attacks)("%s", ([, gate, verdict]) => {
    expect(verdictOf(gate)).toBe(verdict);
  });

  test("an audit call with its input, or its digest, altered or gone", () => {
    const { call: audit } = buildAuditGate();
    const { input: _gone, ...without } = audit;
    const verdicts = [
      { ...audit, input: { note: "wired" } },
      buildOpenCall(buildNoteTool(), { mode: "audit", input: { note: "called back" } }),
      { ...audit, input: { note: 5 } },
      without,
    ].map((forged) => verdictOf(buildAuditGate({ call: forged })));
    expect(verdicts).toEqual([
      "refuse digest_mismatch",
      "refuse digest_mismatch",
      "refuse invalid_input",
      "refuse not_gated",
    ]);
  });

  test("what runs is what was hashed: the input as the tool reads it, with its defaults", () => {
    const tool = buildNoteTool({ input: z.strictObject({ note: z._default(z.string(), "called back") }) });
    const gate = buildAuditGate({ tool });
    expect(judgeExecution({ ...gate, call: { ...gate.call, input: {} } })).toMatchObject({
      verdict: "run",
      input: { note: "called back" },
    });
  });

  test("a tool that reads its own output differently never runs", () => {
    const doubling = buildRefundTool({
      input: z.pipe(
        z.strictObject({ order: z.string(), cents: z.int() }),
        z.transform(({ order, cents }) => ({ order, cents: 2 * cents })),
      ),
    });
    expect(verdictOf(buildGate({ tool: doubling }))).toBe("refuse digest_mismatch");
  });
});

import { describe, expect, test } from "vitest";
import { judgeExecution } from "../../../shared/domain/execution-gate.ts";
import { judgeRequest, type SealedRequest } from "../../../shared/domain/sealed-request.ts";
import {
  buildAnswered,
  buildApproved,
  buildGate,
  buildInDoubt,
  sealRequest,
} from "../../builders/build-gate.ts";
import { buildRefundTool } from "../../builders/build-agent.ts";
import { noon } from "../../builders/build-requirement.ts";

const tool = buildRefundTool();
const requirement = buildApproved(tool);
const request = sealRequest(requirement);

const differences: readonly (readonly [string, Partial<SealedRequest>])[] = [
  ["run", { run: "run_other" }],
  ["call", { call: "call_other" }],
  ["no call", { call: undefined }],
  ["requirement", { requirement: "req_other" }],
  ["version", { version: 2 }],
  ["agent", { agent: "bank" }],
  ["tool", { tool: "wipe_disk" }],
  ["digest", { digest: "0".repeat(64) }],
  ["input", { inputDigest: "0".repeat(64) }],
  ["policy", { policyHash: "0".repeat(64) }],
  ["asker", { actor: { kind: "person", subject: "mallory" } }],
  ["kind of asker", { actor: { kind: "machine", subject: "asker" } }],
];

describe("what was asked for", () => {
  test("is as the row says when all of it is the same", () => {
    expect(judgeRequest(requirement, [request])).toBe("as-asked");
  });

  test.for(differences)("is different with another %s", ([, change]) => {
    expect(judgeRequest(requirement, [{ ...request, ...change }])).toBe("different");
  });

  test("is missing without its entry, and with another version's alone", () => {
    expect(judgeRequest(requirement, [])).toBe("missing");
    expect(judgeRequest(requirement, [{ ...request, id: `requested|${requirement.id}|v2` }])).toBe("missing");
  });
});

describe("an approved call", () => {
  test("runs when it is as it was asked for", () => {
    expect(judgeExecution(buildGate())).toMatchObject({ verdict: "run" });
  });

  test("waits while what was asked for is not sealed", () => {
    expect(judgeExecution(buildGate({ sealedRequests: [] }))).toEqual({
      verdict: "receipt-missing",
      requirement: requirement.id,
    });
  });

  test.for(differences)("is refused with another %s than was asked for", ([, change]) => {
    expect(judgeExecution(buildGate({ sealedRequests: [{ ...request, ...change }] }))).toMatchObject({
      verdict: "refuse",
      code: "wrong_requirement",
    });
  });
});

describe("a call in doubt", () => {
  const answered = buildAnswered(tool, "happened");
  const gate = (sealedRequests: readonly SealedRequest[]) =>
    buildGate({
      requirements: [requirement, answered],
      execution: buildInDoubt(),
      now: noon + 60_000,
      sealedRequests,
    });

  test("is settled when its question is as it was asked", () => {
    expect(judgeExecution(gate([sealRequest(answered)]))).toEqual({ verdict: "settle", as: "happened" });
  });

  test("waits while its question is not sealed", () => {
    expect(judgeExecution(gate([request]))).toEqual({ verdict: "receipt-missing", requirement: answered.id });
  });

  test("is given up when its question is another than was asked", () => {
    const other = { ...sealRequest(answered), digest: "0".repeat(64) };
    expect(judgeExecution(gate([other]))).toEqual({ verdict: "settle", as: "give-up" });
  });
});

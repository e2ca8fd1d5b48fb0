import * as z from "zod/mini";
import { describe, expect, test } from "vitest";

import { requesterSchema } from "../../../shared/domain/requester.ts";
import {
  checkSatisfiable,
  describeRule,
  hashJson,
  openStages,
  policyOf,
  poolsOf,
  toolVersionOf,
} from "../../../shared/domain/stages.ts";
import type { StageRule } from "../../../shared/domain/tiers.ts";
import { buildNoteTool, buildReadTool, buildRefundTool } from "../../builders/build-agent.ts";
import { buildPools } from "../../builders/build-gate.ts";
import { sha256 } from "../../builders/sha256.ts";

const rule = (by: StageRule["by"], approvals = 1): StageRule => ({
  by,
  approvals,
  rejections: 1,
  expiresInSeconds: 604_800,
});

const asker = requesterSchema.parse({ kind: "person", subject: "asker", name: "Asker" });
const machine = requesterSchema.parse({ kind: "machine", subject: "service", name: "Service" });

describe("the stages of a new requirement", () => {
  test("are open in the first place, and wait in the others", () => {
    expect(openStages([rule("asker"), rule(["finance"], 2), rule(["ops", "finance"])])).toEqual([
      { by: "asker", need: 1, rejections: 1, status: "open", votes: [] },
      { by: ["finance"], need: 2, rejections: 1, status: "waiting", votes: [] },
      { by: ["ops", "finance"], need: 1, rejections: 1, status: "waiting", votes: [] },
    ]);
  });

  test("are told in words", () => {
    expect(describeRule("pay", [rule("asker"), rule(["finance"])])).toBe(
      "pay: the asker confirms, then one approver of pool finance signs off.",
    );
    expect(describeRule("pay", [rule(["finance", "ops"], 2)])).toBe(
      "pay: 2 approvers of pool finance or ops sign off.",
    );
  });

  test("name each pool once", () => {
    expect(poolsOf([rule("asker"), rule(["finance"]), rule(["ops", "finance"])])).toEqual(["finance", "ops"]);
    expect(poolsOf([rule("asker")])).toEqual([]);
  });
});

describe("whether a policy can be satisfied", () => {
  const check = (rules: readonly StageRule[], requester = asker, owner?: string, pools = buildPools()) =>
    checkSatisfiable(rules, requester, owner, pools)?.detail;

  test("it can with enough people besides asker and owner", () => {
    expect(check([rule("asker"), rule(["finance"], 3)])).toBeUndefined();
    expect(check([rule(["finance", "ops"], 5)])).toBeUndefined();
    expect(check([rule(["ops"])], machine)).toBeUndefined();
  });

  test("it cannot when the asker is one of just enough", () => {
    const pools = buildPools({ finance: ["finance-1", "asker"] });
    expect(check([rule("asker"), rule(["finance"], 2)], asker, undefined, pools)).toBe(
      'Pool "finance" has 1 eligible member after removing the asker, but stage 2 needs 2: add a member (countersign pools add finance …) or lower approvals.',
    );
  });

  test("it cannot when the owner is one of just enough", () => {
    expect(check([rule(["ops"], 2)], asker, "ops-2")).toMatch(/^Pool "ops" has 1 eligible member /);
  });

  test("it cannot when a person sits in two pools of one stage, who is one person", () => {
    const pools = buildPools({ finance: ["both"], ops: ["both"] });
    expect(check([rule(["finance", "ops"], 2)], asker, undefined, pools)).toMatch(
      /^Pool "finance or ops" has 1 eligible member /,
    );
  });

  test("it cannot with an empty or an unknown pool", () => {
    expect(check([rule(["finance"])], asker, undefined, buildPools({ finance: [] }))).toBe(
      'Pool "finance" has 0 eligible members after removing the asker, but stage 1 needs 1: add a member (countersign pools add finance …) or lower approvals.',
    );
    expect(check([rule(["cooks"])])).toMatch(/^Pool "cooks" has 0 eligible members /);
  });

  test("a machine has nobody to confirm for it", () => {
    const refused = checkSatisfiable([rule("asker")], machine, undefined, buildPools());
    expect(refused).toEqual({
      outcome: "refused",
      code: "unsatisfiable_policy",
      detail: "Stage 1 waits for the asker, but a machine started this run: start it with a person's token.",
    });
  });
});

describe("a tool's version", () => {
  const refund = toolVersionOf(buildRefundTool(), sha256);

  test("is the same for the same tool, and does not hang on its words", () => {
    expect(
      toolVersionOf(buildRefundTool({ description: "Other words.", effect: () => "Other." }), sha256),
    ).toBe(refund);
    expect(refund).toMatch(/^[0-9a-f]{64}$/);
  });

  test("is another when name, input, idempotency or gate is another", () => {
    const versions = [
      buildRefundTool({ name: "pay_out" }),
      buildRefundTool({ input: z.strictObject({ order: z.string(), cents: z.int().check(z.positive()) }) }),
      buildRefundTool({ idempotent: true }),
      buildRefundTool({}, { requiresConfirmation: true }),
      buildRefundTool({}, { approval: { type: "required", pool: "finance", approvals: 2 } }),
      buildRefundTool(
        {},
        { requiresConfirmation: true, approval: { type: "required", pool: "ops", approvals: 2 } },
      ),
      buildRefundTool({}, { requiresConfirmation: true, approval: { type: "required", pool: "finance" } }),
      buildRefundTool(
        {},
        {
          requiresConfirmation: true,
          approval: { type: "required", pool: "finance", approvals: 2, rejections: 2 },
        },
      ),
      buildRefundTool({}, { approval: { type: "audit" } }),
    ].map((tool) => toolVersionOf(tool, sha256));
    expect(new Set([refund, ...versions]).size).toBe(10);
  });
});

describe("a tool's policy", () => {
  test("is its code's stages, and none for tools that ask nobody", () => {
    expect(policyOf(buildRefundTool(), sha256).stages).toEqual([rule("asker"), rule(["finance"], 2)]);
    expect(policyOf(buildNoteTool(), sha256).stages).toEqual([]);
    expect(policyOf(buildReadTool(), sha256).stages).toEqual([]);
  });

  test("has another hash for audit than for read-only, though neither has stages", () => {
    expect(policyOf(buildNoteTool(), sha256).hash).not.toBe(policyOf(buildReadTool(), sha256).hash);
  });

  test("is hashed over canonical JSON", () => {
    // printf %s '{"a":1,"b":[]}' | sha256sum
    expect(hashJson({ b: [], a: 1 }, sha256)).toBe(
      "f87e4099e9be5e75094e0a4f46d3dc18a9c37429314a5a2490fb78d31e7e170c",
    );
    expect(() => hashJson(1e300, sha256)).toThrow("A value of our own has no canonical JSON");
  });
});

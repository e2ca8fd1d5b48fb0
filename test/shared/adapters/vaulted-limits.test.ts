import { expect, onTestFinished, test } from "vitest";
import { encryptValues } from "../../../shared/adapters/encrypt-values.ts";
import { openDatabase } from "../../../shared/adapters/sqlite/database.ts";
import { createSqliteStore } from "../../../shared/adapters/sqlite/store.ts";
import { createVaultedStore } from "../../../shared/adapters/vaulted-store.ts";
import { callIdOf, runIdSchema } from "../../../shared/domain/ids.ts";
import type { ItemBody, ItemKey } from "../../../shared/ports/store.ts";
import { bytesOf, mostContentBytes } from "../../../shared/records/item-size.ts";
import { executionKey, requirementKey, runKey, stepKey } from "../../../shared/records/keys.ts";
import { createRunKeyWrite } from "../../../shared/records/vault-records.ts";
import { buildRequirementOf } from "../../builders/build-live-run.ts";
import { buildModelStep, buildProposedCall, buildRun } from "../../builders/build-run.ts";

const run = runIdSchema.parse("run_01jd9z6q4t5x8m2n3p7r9s0v1w");

/** Writes the row sealed; the store refuses items above 400,000 bytes. */
async function storeSealed(key: ItemKey, body: ItemBody): Promise<string> {
  const database = openDatabase(":memory:");
  onTestFinished(() => database.close());
  const stored = createSqliteStore(database, { streams: [] });
  const store = createVaultedStore({ store: stored, encryption: encryptValues, access: "open" });
  const [, , partitionRun] = key.partition.split("#");
  const { outcome } = await store.write([
    createRunKeyWrite("default", runIdSchema.parse(partitionRun), (length) => new Uint8Array(length)),
    { action: "put", key, body, expect: "absent" },
  ]);
  expect(Object.keys((await stored.get([key]))[0]?.body ?? {})).toContain("sealed");
  return outcome;
}

/** A text that leaves no room in a value of `mostContentBytes`. */
function fill(rest: unknown): string {
  return "x".repeat(mostContentBytes - bytesOf(rest));
}

test("the largest step, with as many calls as one can have, fits into an item", async () => {
  const calls = Array.from({ length: 128 }, (_, place) =>
    buildProposedCall(place + 1, "n".repeat(64), "{ }"),
  );
  const step = buildModelStep(calls, { content: "" });
  const full = { ...step, content: fill(step) };
  expect(bytesOf(full)).toBe(265_000);
  expect(await storeSealed(stepKey("default", run, 1), full)).toBe("written");
});

test("the largest results, of as many calls, fit into an item", async () => {
  const results = Array.from({ length: 128 }, (_, place) => ({
    call: callIdOf(run, 999_999, place),
    status: "succeeded",
    content: "y",
  }));
  const step = { v: 1, kind: "results", turn: 999_999, results, milliseconds: 1, at: 1 };
  const [first, ...others] = results;
  const full = { ...step, results: [{ ...first, content: fill(results) }, ...others] };
  expect(await storeSealed(stepKey("default", run, 1), full)).toBe("written");
});

test("the largest output of a call fits into an item", async () => {
  const output = fill("");
  expect(bytesOf(output)).toBe(265_000);
  const execution = { status: "succeeded", output, inputDigest: "ab".repeat(32) };
  expect(await storeSealed(executionKey("default", run, callIdOf(run, 1, 1)), execution)).toBe("written");
});

test("the longest task that a request can carry fits into an item with what is left for the answer", async () => {
  const input = "漢".repeat(87_000);
  const output = fill({ input });
  const full = buildRun({ id: run, input, ending: { status: "completed", output } });
  expect(bytesOf(input)).toBeGreaterThan(260_000);
  expect(await storeSealed(runKey("default", run), full)).toBe("written");
});

test("the longest arguments fit into a requirement with what the model says and ten people answer", async () => {
  const votes = Array.from({ length: 10 }, (_, place) => ({
    by: `p${place}`,
    name: "n".repeat(200),
    decision: "approve" as const,
    at: 1,
    comment: "漢".repeat(2_000),
    channel: "api" as const,
  }));
  const requirement = buildRequirementOf(buildRun({ id: run }), 1, {
    input: { note: "漢".repeat(60_000) },
    effect: "漢".repeat(2_000),
    rationale: "漢".repeat(4_000),
    stages: [{ by: ["finance"], need: 10, rejections: 1, status: "open", votes }],
  });
  expect(await storeSealed(requirementKey("default", requirement.id), requirement)).toBe("written");
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  agentNameSchema,
  callIdOf,
  callIdSchema,
  callOfRequirement,
  type EpochMillis,
  epochMillisSchema,
  epochSecondsSchema,
  newRunId,
  poolIdSchema,
  requirementIdOf,
  requirementIdSchema,
  runIdSchema,
  runOfCall,
  runOfRequirement,
  sha256HexSchema,
  subjectSchema,
  taskTokenSchema,
  tenantSchema,
  toolNameSchema,
} from "../../../shared/domain/ids.ts";

const millis = (value: number): EpochMillis => epochMillisSchema.parse(value);
const TEN_BYTES = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
const RUN = runIdSchema.parse("run_01m81j18g0041061050r3gg28a");

const anyMillis = fc.integer({ min: 0, max: 253_402_300_799_999 }).map(millis);
const tenRandomBytes = fc.uint8Array({ minLength: 10, maxLength: 10 });
const anyRun = fc.tuple(anyMillis, tenRandomBytes).map(([now, random]) => newRunId(now, random));
const anyCount = fc.integer({ min: 0, max: 999_999 });

describe("newRunId", () => {
  test("is the time and the random bytes in Crockford's base32", () => {
    // Computed with Python for 2026-11-22T12:00:00.000Z and the bytes 1 to 10.
    expect(newRunId(millis(1_795_348_800_000), TEN_BYTES)).toBe("run_01m81j18g0041061050r3gg28a");
  });

  test("reaches from the first to the last millisecond", () => {
    expect(newRunId(millis(0), new Uint8Array(10))).toBe("run_00000000000000000000000000");
    expect(newRunId(millis(253_402_300_799_999), new Uint8Array(10).fill(255))).toBe(
      "run_76ez91zpzzzzzzzzzzzzzzzzzz",
    );
  });

  test("a later millisecond sorts later, whatever the random bytes", () => {
    fc.assert(
      fc.property(anyMillis, anyMillis, tenRandomBytes, tenRandomBytes, (a, b, first, second) => {
        fc.pre(a !== b);
        expect(newRunId(a, first) < newRunId(b, second)).toBe(a < b);
      }),
    );
  });

  test("other random bytes give another id", () => {
    fc.assert(
      fc.property(anyMillis, tenRandomBytes, tenRandomBytes, (now, first, second) => {
        expect(newRunId(now, first) === newRunId(now, second)).toBe(String(first) === String(second));
      }),
    );
  });

  test.each([0, 9, 11])("%i random bytes are a programming error", (length) => {
    expect(() => newRunId(millis(0), new Uint8Array(length))).toThrow(RangeError);
  });
});

describe("ids derived from a run", () => {
  test("name the run, the turn, the place and the requirement", () => {
    const call = callIdOf(RUN, 0, 12);
    expect(call).toBe("call_01m81j18g0041061050r3gg28a_0_12");
    expect(requirementIdOf(call, 1)).toBe("req_01m81j18g0041061050r3gg28a_0_12_1");
  });

  test("lead back to what they were derived from", () => {
    fc.assert(
      fc.property(anyRun, anyCount, anyCount, fc.integer({ min: 1, max: 999_999 }), (run, turn, n, k) => {
        const call = callIdOf(run, turn, n);
        const requirement = requirementIdOf(call, k);
        expect(runOfCall(call)).toBe(run);
        expect(callOfRequirement(requirement)).toBe(call);
        expect(runOfRequirement(requirement)).toBe(run);
      }),
    );
  });

  test("differ when the turn, the place or the requirement differs", () => {
    const ids = [0, 1, 11].flatMap((turn) =>
      [0, 1, 11].flatMap((n) => [1, 11, 111].map((k) => requirementIdOf(callIdOf(RUN, turn, n), k))),
    );
    expect(new Set(ids).size).toBe(27);
  });

  test.each([-1, 1.5, 1_000_000, Number.NaN, 1e21])("a turn of %d is a programming error", (turn) => {
    expect(() => callIdOf(RUN, turn, 0)).toThrow("invalid_format");
  });

  test("requirements count from 1", () => {
    expect(() => requirementIdOf(callIdOf(RUN, 0, 0), 0)).toThrow("invalid_format");
  });
});

describe("what the schemas refuse", () => {
  const ulid = "01m81j18g0041061050r3gg28a";
  const schemas = {
    runId: runIdSchema,
    callId: callIdSchema,
    requirementId: requirementIdSchema,
    taskToken: taskTokenSchema,
    epochMillis: epochMillisSchema,
    epochSeconds: epochSecondsSchema,
    sha256Hex: sha256HexSchema,
    tenant: tenantSchema,
    subject: subjectSchema,
    agentName: agentNameSchema,
    toolName: toolNameSchema,
    poolId: poolIdSchema,
  };

  const accepted: readonly [keyof typeof schemas, unknown][] = [
    ["taskToken", "AAAAKgAAAAIAAAAAAAAAAQ+/=="],
    ["taskToken", "x".repeat(2048)],
    ["epochMillis", 1_795_348_800_000],
    ["epochSeconds", 253_402_300_799],
    ["sha256Hex", "0".repeat(64)],
    ["tenant", "acme.example"],
    ["subject", "auth0|5f7c8ec7c33c6c004bbafe82"],
    ["subject", "finance-1@acme.example"],
    ["subject", "x".repeat(128)],
    ["agentName", "support"],
    ["toolName", "issue_refund"],
    ["poolId", "finance"],
    ["poolId", `f${"x".repeat(62)}`],
  ];

  test.each(accepted)("%s takes %j", (name, value) => {
    expect(schemas[name].safeParse(value).success).toBe(true);
  });

  const refused: readonly [keyof typeof schemas, unknown][] = [
    ["runId", `run_${ulid.toUpperCase()}`],
    ["runId", `run_8${ulid.slice(1)}`],
    ["runId", `run_${ulid.slice(1)}`],
    ["runId", `run_${ulid}0`],
    ["runId", `run_${ulid.slice(0, 25)}u`],
    ["runId", `req_${ulid}`],
    ["runId", `run_${ulid}\n`],
    ["callId", `call_${ulid}_00_1`],
    ["callId", `call_${ulid}_1`],
    ["callId", `call_${ulid}_1_1_1`],
    ["callId", `call_${ulid}_-1_1`],
    ["requirementId", `req_${ulid}_1_1_0`],
    ["requirementId", `req_${ulid}_1_1`],
    ["requirementId", `req_${ulid}_1_1_01`],
    ["taskToken", ""],
    ["taskToken", "a b"],
    ["taskToken", "x".repeat(2049)],
    ["epochMillis", -1],
    ["epochMillis", 1.5],
    ["epochMillis", 253_402_300_800_000],
    ["epochMillis", "1"],
    ["epochSeconds", 1_795_348_800_000],
    ["sha256Hex", "A".repeat(64)],
    ["sha256Hex", "0".repeat(63)],
    ["tenant", ""],
    ["tenant", "a#b"],
    ["tenant", "x".repeat(129)],
    ["subject", ""],
    ["subject", "a#b"],
    ["subject", "a b"],
    ["subject", "аlice"],
    ["subject", "x".repeat(129)],
    ["agentName", "Support"],
    ["agentName", "a#b"],
    ["toolName", "x".repeat(65)],
    ["toolName", "issue refund"],
    ["toolName", "__proto__"],
    ["poolId", "Finance"],
    ["poolId", "1finance"],
    ["poolId", `f${"x".repeat(63)}`],
  ];

  test.each(refused)("%s refuses %j", (name, value) => {
    expect(schemas[name].safeParse(value).success).toBe(false);
  });
});

import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { createEventEntry } from "../../../functions/lambda/event-entry.ts";
import {
  ExecutionInProgress,
  InvariantBroken,
  MalformedRecord,
  RequirementsRemain,
  StoreUnavailable,
  TableNotGranted,
} from "../../../shared/domain/errors.ts";
import type { Invocation, LogLine } from "../../../shared/ports/functions.ts";

const context = { getRemainingTimeInMillis: () => 10_000 };

/** What an entry throws when its handler throws `error`, and what it logs of it. */
async function fail(error: unknown): Promise<{ readonly thrown: unknown; readonly logged: LogLine[] }> {
  const logged: LogLine[] = [];
  const entry = createEventEntry(
    async () => {
      throw error;
    },
    (line) => logged.push(line),
  );
  const thrown = await entry({}, context).catch((failure: unknown) => failure);
  return { thrown, logged };
}

test("a handler gets the event and the moment at which Lambda ends it", async () => {
  const seen: { event: unknown; deadlineAt: number }[] = [];
  const entry = createEventEntry(
    async (event, { deadlineAt }: Invocation) => {
      seen.push({ event, deadlineAt });
      return "done";
    },
    () => {},
  );
  const before = Date.now();
  expect(await entry({ runId: "run_1" }, context)).toBe("done");
  const after = Date.now();
  expect(seen).toHaveLength(1);
  expect(seen[0]?.event).toEqual({ runId: "run_1" });
  expect(seen[0]?.deadlineAt).toBeGreaterThanOrEqual(before + 10_000);
  expect(seen[0]?.deadlineAt).toBeLessThanOrEqual(after + 10_000);
});

describe("a failure", () => {
  test.for([
    ["info", "requirements_remain", new RequirementsRemain("call_1 still waits for people.")],
    ["warning", "execution_in_progress", new ExecutionInProgress("call_1 is claimed.")],
    ["warning", "store_unavailable", new StoreUnavailable("DynamoDB did not answer.")],
    ["alarm", "table_not_granted", new TableNotGranted("Function may not write.")],
  ] as const)("of ours leaves as it is, logged as %s with the code %s", async ([level, code, error]) => {
    const { thrown, logged } = await fail(error);
    expect(thrown).toBe(error);
    expect(logged).toEqual([{ level, event: "invocation-failed", code }]);
  });

  test("of a schema is a MalformedRecord that quotes nothing of the value", async () => {
    const parsed = z.strictObject({ runId: z.string() }).safeParse({ secret: "AQC…" });
    const { thrown, logged } = await fail(parsed.error);
    expect(thrown).toBeInstanceOf(MalformedRecord);
    expect(String(thrown)).toBe(
      "MalformedRecord: What came in or was stored is not what its schema says; the stack says where.",
    );
    expect((thrown as Error).stack).not.toContain("secret");
    expect(logged).toEqual([{ level: "alarm", event: "invocation-failed", code: "$ZodError" }]);
  });

  test("that nobody foresaw leaves without its message, but with the places it came through", async () => {
    const { thrown, logged } = await fail(new TypeError("cannot read 4111 of\n    at card.ts:1\nundefined"));
    expect(thrown).toBeInstanceOf(InvariantBroken);
    const { message, stack } = thrown as Error;
    expect(message).toBe("The function failed at a place that nobody foresaw; the stack says where.");
    expect(stack).toContain("event-entry.test.ts");
    expect(stack).toMatch(/^InvariantBroken: The function failed .* says where\.\n {4}at /);
    expect(stack).not.toContain("4111");
    expect(stack).not.toContain("card.ts");
    expect(logged).toEqual([{ level: "alarm", event: "invocation-failed", code: "TypeError" }]);
  });

  test("that is no error at all leaves as one of ours", async () => {
    const { thrown, logged } = await fail("AQC…");
    expect(String(thrown)).toBe(
      "InvariantBroken: The function failed at a place that nobody foresaw; the stack says where.",
    );
    expect((thrown as Error).stack).not.toContain("AQC");
    expect(logged).toEqual([{ level: "alarm", event: "invocation-failed", code: "string" }]);
  });
});

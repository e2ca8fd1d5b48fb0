import { describe, expect, test } from "vitest";
import type { Span } from "../../../shared/ports/spans.ts";
import { spanWrites } from "../../../shared/records/span-records.ts";

const run = "run_01m81j18g0041061050r3gg28a";

function buildSpan(number: number, over: Partial<Span> = {}): Span {
  return {
    traceId: "a".repeat(32),
    spanId: String(number).padStart(16, "0"),
    run,
    name: "chat m",
    kind: "model",
    start: 1_000 + number,
    end: 2_000 + number,
    status: "ok",
    attributes: { "gen_ai.operation.name": "chat" },
    ...over,
  };
}

describe("the spans of an invocation", () => {
  test("lie in one item of their run, where the first one began, for 90 days", () => {
    const tool = buildSpan(2, { name: "execute_tool t", kind: "tool", status: "error", attributes: {} });
    expect(spanWrites("default", [buildSpan(1), tool], 5_500)).toEqual([
      {
        action: "put",
        key: { table: "traces", partition: `run#default#${run}`, sort: "000000000001001#0000000000000001" },
        body: {
          v: 1,
          run,
          traceId: "a".repeat(32),
          spans: [
            {
              spanId: "0000000000000001",
              name: "chat m",
              kind: "model",
              start: 1_001,
              end: 2_001,
              status: "ok",
              attributes: { "gen_ai.operation.name": "chat" },
            },
            {
              spanId: "0000000000000002",
              name: "execute_tool t",
              kind: "tool",
              start: 1_002,
              end: 2_002,
              status: "error",
              attributes: {},
            },
          ],
        },
        expect: "anything",
        cleanUpAt: 7_776_006,
      },
    ]);
  });

  test("take one item for each hundred, none twice and none left out", () => {
    const spans = Array.from({ length: 201 }, (_, number) => buildSpan(number));
    const bodies = spanWrites("default", spans, 0).map((write) => (write.action === "put" ? write.body : {}));
    const kept = bodies.map((body) => (body["spans"] as readonly Span[]).map(({ spanId }) => Number(spanId)));
    expect(kept.map((ids) => ids.length)).toEqual([100, 100, 1]);
    expect(kept.flat()).toEqual(Array.from({ length: 201 }, (_, number) => number));
  });

  test("of several runs never share an item, and none make no write", () => {
    const writes = spanWrites("default", [buildSpan(1), buildSpan(2, { run: "run_2" }), buildSpan(3)], 0);
    expect(writes.map(({ key }) => key.partition)).toEqual([`run#default#${run}`, "run#default#run_2"]);
    expect(spanWrites("default", [], 0)).toEqual([]);
  });
});

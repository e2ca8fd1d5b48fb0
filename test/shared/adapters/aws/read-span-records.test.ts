import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { readSpanRecords } from "../../../../shared/adapters/aws/read-span-records.ts";
import type { LogLine } from "../../../../shared/ports/functions.ts";
import { buildSpan } from "../../../builders/build-span.ts";

function buildData(over: object = {}) {
  const { run, traceId, ...span } = buildSpan(1);
  return { v: 1, run, traceId, spans: [span], ...over };
}

function encode(value: unknown): string {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64");
}

/** As Lambda's documentation shows it. */
function buildEvent(...data: readonly string[]) {
  return {
    Records: data.map((text, place) => ({
      kinesis: {
        kinesisSchemaVersion: "1.0",
        partitionKey: "a".repeat(32),
        sequenceNumber: `4959033827149025660869692538925702970${place}`,
        data: text,
        approximateArrivalTimestamp: 1_545_084_650.987,
      },
      eventSource: "aws:kinesis",
      eventID: `shardId-000000000006:${place}`,
    })),
  };
}

function read(event: unknown) {
  const lines: LogLine[] = [];
  return { delivered: readSpanRecords(event, (line) => lines.push(line)), lines };
}

describe("a record of the spans' stream", () => {
  test("gives the spans that were put into it", () => {
    const { delivered, lines } = read(buildEvent(encode(buildData())));
    expect(delivered).toEqual([
      { sequence: "49590338271490256608696925389257029700", spans: [buildSpan(1)] },
    ]);
    expect(lines).toEqual([]);
  });

  test.each<[string, string]>([
    ["no JSON", encode("{")],
    ["empty", ""],
    ["of another version", encode(buildData({ v: 2 }))],
    ["with a member more", encode(buildData({ tenant: "default" }))],
    ["without spans", encode(buildData({ spans: [] }))],
    ["with more spans than one may have", encode(buildData({ spans: Array(41).fill(buildData().spans[0]) }))],
    ["of no run", encode(buildData({ run: "run_1" }))],
    ["of no trace", encode(buildData({ traceId: "A".repeat(32) }))],
    ["with a span of no kind", encode(buildData({ spans: [{ ...buildData().spans[0], kind: "other" }] }))],
    [
      "with an attribute in an attribute",
      encode(buildData({ spans: [{ ...buildData().spans[0], attributes: { a: {} } }] })),
    ],
    ["longer than any of ours", encode(`${JSON.stringify(buildData())}${" ".repeat(400_000)}`)],
  ])("that is %s is logged and passed over; the others are read", (_, data) => {
    const { delivered, lines } = read(buildEvent(data, encode(buildData())));
    expect(delivered.map(({ sequence }) => sequence)).toEqual(["49590338271490256608696925389257029701"]);
    expect(lines).toEqual([{ level: "warning", event: "span-record-refused" }]);
  });

  test("comes in an event of Kinesis and no other", () => {
    expect(() => read({ Records: [{ dynamodb: {} }] })).toThrow(z.core.$ZodError);
  });
});

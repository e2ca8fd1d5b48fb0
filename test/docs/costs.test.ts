import { describe, expect, test } from "vitest";
import {
  countGigabyteSeconds,
  priceActiveTracing,
  priceIdleMonth,
  priceKeeping,
  priceRuns,
  sumOf,
} from "../../bench/compute-costs.ts";
import { type Measured, readMeasuredStories } from "../../bench/measured-units.ts";
import { renderCosts } from "../../bench/render-costs.ts";
import { readDocument } from "./read-document.ts";

const stories = readMeasuredStories();

/** Round figures, so that the sums below can be done in the head. */
const simple: Measured = {
  transitions: 10,
  kilobytesKept: 100,
  keyRequests: 2,
  signatures: 3,
  functions: {
    "take-agent-steps": { invocations: 1, requests: 10, readUnits: 40, writeUnits: 80 },
    "append-ledger": { invocations: 1, requests: 6, readUnits: 0, writeUnits: 20 },
    "serve-reads": { invocations: 2, requests: 4, readUnits: 40, writeUnits: 0 },
  },
};

describe("docs/costs.md", () => {
  test("is what `npm run costs` would write", () => {
    expect(readDocument("docs/costs.md")).toBe(renderCosts(stories));
  });

  test("1,000 runs with one gate cost at most 0.40 USD without model tokens", () => {
    expect(sumOf(priceRuns(stories.oneGate))).toBeLessThanOrEqual(0.4);
  });

  test("an idle month costs at most 6 USD where spans go straight into their table", () => {
    expect(sumOf(priceIdleMonth(stories, "direct"))).toBeLessThanOrEqual(6);
  });
});

describe("the prices", () => {
  test("of 1,000 runs are those of AWS's list, item by item", () => {
    const usd = Object.fromEntries(priceRuns(simple).map((line) => [line.item, line.usd.toFixed(5)]));
    expect(usd).toEqual({
      "Step Functions": "0.25000",
      "DynamoDB writes": "0.06250",
      "DynamoDB reads": "0.01000",
      "Lambda invocations": "0.00080",
      // 0.425 GB-seconds.
      "Lambda time": "0.00567",
      "HTTP API": "0.00200",
      "KMS, task token": "0.00600",
      "KMS, ledger": "0.04500",
      "X-Ray": "0.00500",
      // 2,000 bytes of invocations and 800 of requests.
      "CloudWatch Logs": "0.00140",
    });
  });

  test("of Lambda's time go by requests, invocations and the memory of the wiring", () => {
    // take-agent-steps: 150 + 80 ms in 1 GB; append-ledger: 90 + 80 ms, serve-reads: 60 + 160 ms, in half of one.
    expect(countGigabyteSeconds(simple)).toBeCloseTo(0.23 + 0.085 + 0.11, 9);
  });

  test("of keeping are those of the tables and of their recovery", () => {
    expect(priceKeeping(simple)).toBeCloseTo(0.1 * 0.45, 9);
  });

  test("of traces leave out what the machine calls", () => {
    expect(priceActiveTracing(simple)).toBeCloseTo(3 * 0.005, 9);
  });

  test("of an idle month are 43,800 sweeps and what is paid by the month", () => {
    const sweep = { "keep-deadlines": { invocations: 1, requests: 10, readUnits: 20, writeUnits: 0 } };
    const emptySweep = { ...simple, transitions: 0, functions: sweep };
    const lines = priceIdleMonth({ ...stories, emptySweep }, "kinesis");
    expect(lines.map(({ item, usd }) => `${item}: ${usd.toFixed(3)}`)).toEqual([
      "KMS, key of task tokens: 1.000",
      "KMS, key of the ledger: 1.000",
      "CloudWatch alarms: 0.500",
      "CloudWatch, lines of the level alarm: 0.300",
      "Secrets Manager, the model's key: 0.400",
      "Sweep: events: 0.044",
      "Sweep: Lambda invocations: 0.009",
      // 0.115 GB-seconds each.
      "Sweep: Lambda time: 0.067",
      "Sweep: DynamoDB reads: 0.110",
      "Sweep: CloudWatch Logs: 0.011",
      "Publishing: events: 0.044",
      "Publishing: Lambda invocations: 0.009",
      // 0.0625 GB-seconds each.
      "Publishing: Lambda time: 0.037",
      "Publishing: DynamoDB reads: 0.011",
      "Publishing: S3 reads: 0.018",
      "Publishing: CloudWatch Logs: 0.011",
      "Kinesis: 10.950",
    ]);
  });
});

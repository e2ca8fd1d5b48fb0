import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

const count = z.int().nonnegative();

/** What one function did in a story; `requests` are those to AWS, of any service. */
const functionSchema = z.strictObject({
  invocations: count,
  requests: count,
  readUnits: count,
  writeUnits: count,
});

const measuredSchema = z.strictObject({
  /** State entries of the execution, which is what Step Functions bills. */
  transitions: count,
  /** By which the tables grew, rounded up. */
  kilobytesKept: count,
  /** To KMS. */
  keyRequests: count,
  signatures: count,
  functions: z.record(z.string(), functionSchema),
});

const storiesSchema = z.strictObject({
  /** The README's refund: its asker confirms, one of finance approves. */
  refund: measuredSchema,
  /** The bench's run: one read-only call, then one call that one person approves. */
  oneGate: measuredSchema,
  oneGateAfter50Turns: measuredSchema,
  /** `keep-deadlines` with nothing to do. */
  emptySweep: measuredSchema,
});

export type Measured = z.infer<typeof measuredSchema>;
export type MeasuredStories = z.infer<typeof storiesSchema>;

/** Reads what test/aws/gated-run.test.ts counted on DynamoDB Local and holds to this file. */
export function readMeasuredStories(): MeasuredStories {
  const text = readFileSync(join(import.meta.dirname, "measured-units.json"), "utf8");
  return storiesSchema.parse(JSON.parse(text));
}

/** The sum over all functions of a story. */
export function totalOf({ functions }: Measured): z.infer<typeof functionSchema> {
  return Object.values(functions).reduce((sum, each) => ({
    invocations: sum.invocations + each.invocations,
    requests: sum.requests + each.requests,
    readUnits: sum.readUnits + each.readUnits,
    writeUnits: sum.writeUnits + each.writeUnits,
  }));
}

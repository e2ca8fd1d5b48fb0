import * as z from "zod/mini";
import type { Branch, Execution } from "./execution.ts";
import { jsonValue } from "./json-text.ts";

const outcome = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("succeeded"), output: jsonValue }),
  z.strictObject({ kind: z.literal("failed"), error: z.nullable(z.string()), cause: z.nullable(z.string()) }),
  z.strictObject({ kind: z.literal("timed-out") }),
]);

const phase = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("ready") }),
  z.strictObject({ kind: z.literal("retrying") }),
  z.strictObject({ kind: z.literal("settled"), outcome }),
  z.strictObject({ kind: z.literal("waited") }),
  z.strictObject({
    kind: z.literal("task"),
    functionName: z.string(),
    payload: jsonValue,
    deadlineAt: z.number(),
    token: z.nullable(z.string()),
    submitted: z.boolean(),
  }),
  z.strictObject({ kind: z.literal("waiting"), until: z.number() }),
  z.strictObject({ kind: z.literal("backing-off"), until: z.number() }),
  z.strictObject({ kind: z.literal("mapping"), items: z.array(jsonValue), concurrency: z.number() }),
  z.strictObject({ kind: z.literal("done"), output: jsonValue }),
]);

/**
 * A branch as a row of the journal holds it: short keys, because every step writes one. `n` and `c` are the counts of
 * the whole execution at that moment; the newest row has the right ones.
 */
const branchRecord = z.strictObject({
  v: z.literal(1),
  /** Parent's id, null for the root; then the index of the item. */
  p: z.nullable(z.number()),
  i: z.number(),
  /** State, its input, when it was entered and by which event. */
  s: z.string(),
  in: jsonValue,
  t: z.number(),
  e: z.number(),
  /** Variables; retries by Retrier and in all. */
  x: z.record(z.string(), jsonValue),
  r: z.array(z.number()),
  k: z.number(),
  ph: phase,
  n: z.number(),
  c: z.number(),
});

export function writeBranchRecord(execution: Execution, branch: Branch): string {
  // A finished iteration is only its output.
  const isDone = branch.phase.kind === "done";
  const record: z.infer<typeof branchRecord> = {
    v: 1,
    p: branch.parent?.id ?? null,
    i: branch.index,
    s: branch.state,
    in: isDone ? null : branch.input,
    t: branch.enteredAt,
    e: branch.enteredEventId,
    x: isDone ? {} : branch.variables,
    r: [...branch.retriesByRetrier],
    k: branch.retryCount,
    ph: branch.phase.kind === "mapping" ? { ...branch.phase, items: [...branch.phase.items] } : branch.phase,
    n: execution.eventCount,
    c: execution.transitions,
  };
  return JSON.stringify(record);
}

/** Puts a stored branch back into its execution; its parent must be there already. */
export function readBranchRecord(execution: Execution, id: number, text: string): Branch {
  const record = branchRecord.parse(JSON.parse(text));
  const parent = record.p === null ? null : execution.branches.get(record.p);
  if (parent === undefined) {
    throw new Error(
      `Execution ${execution.name}: branch ${id} has no parent ${record.p}; the journal is damaged.`,
    );
  }
  const branch: Branch = {
    id,
    parent,
    index: record.i,
    children: [],
    state: record.s,
    input: record.in,
    variables: record.x,
    enteredAt: record.t,
    enteredEventId: record.e,
    retriesByRetrier: record.r,
    retryCount: record.k,
    phase: record.ph,
  };
  execution.adopt(branch);
  execution.eventCount = Math.max(execution.eventCount, record.n);
  execution.transitions = Math.max(execution.transitions, record.c);
  return branch;
}

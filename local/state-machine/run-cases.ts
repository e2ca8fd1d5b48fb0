import { isDeepStrictEqual } from "node:util";
import { DatabaseSync } from "node:sqlite";
import * as z from "zod/mini";
import type { JsonValue } from "../../shared/ledger/json-value.ts";
import type { Clock } from "../clock.ts";
import { DefinitionRefused } from "./definition-refused.ts";
import { createEngine } from "./engine.ts";
import { loadDefinition } from "./load-definition.ts";

const eventPair = z.tuple([z.string(), z.nullable(z.string())]);

/** A state machine, an input, and what AWS made of it; one JSON object a line. */
const stateMachineCase = z.strictObject({
  id: z.string(),
  languages: z.array(z.string()),
  definition: z.unknown(),
  input: z.custom<JsonValue>((value) => value !== undefined),
  status: z.string(),
  /** A JSON text or, where the recording unpacked it, the value itself. */
  output: z.optional(z.unknown()),
  error: z.optional(z.nullable(z.string())),
  cause: z.optional(z.nullable(z.string())),
  events: z.array(eventPair),
});

type StateMachineCase = z.infer<typeof stateMachineCase>;

export interface CaseResult {
  readonly id: string;
  readonly outcome: "passed" | "failed" | "refused";
  /** What was different, or why the definition was refused; empty for a case that passed. */
  readonly detail: string;
}

interface Observed {
  readonly status: string;
  readonly output: JsonValue | undefined;
  readonly error: string | null;
  readonly cause: string | null;
  readonly events: readonly z.infer<typeof eventPair>[];
}

/** What recordings put in the place of values that differ each time. */
const mask = /^(<[a-z_-]+:\d+>|timestamp|date)$/;

/**
 * Runs cases on the engine, each on a database of its own in memory. Waits in them are real: `clock` decides how long
 * they take. A line that is no case throws.
 */
export async function runCases(lines: readonly string[], clock: Clock): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  for (const line of lines) {
    if (line.trim() !== "") results.push(await runCase(stateMachineCase.parse(JSON.parse(line)), clock));
  }
  return results;
}

async function runCase(expected: StateMachineCase, clock: Clock): Promise<CaseResult> {
  const { id } = expected;
  try {
    const difference = compare(expected, await observe(expected, clock));
    return difference === undefined
      ? { id, outcome: "passed", detail: "" }
      : { id, outcome: "failed", detail: difference };
  } catch (error) {
    if (error instanceof DefinitionRefused) return { id, outcome: "refused", detail: error.message };
    throw error;
  }
}

async function observe({ definition, input }: StateMachineCase, clock: Clock): Promise<Observed> {
  const database = new DatabaseSync(":memory:");
  const events: z.infer<typeof eventPair>[] = [];
  const ended = Promise.withResolvers<void>();
  const engine = createEngine({
    machineName: "case",
    definition: loadDefinition(definition),
    database,
    clock,
    invoke: ({ functionName }) =>
      Promise.reject(new Error(`A case has no functions, and invoked ${functionName}.`)),
    onStatusChange: () => ended.resolve(),
    recordHistory: (_name, event) => events.push([event.type, event.state]),
  });
  engine.recover();
  engine.startExecution({ name: "case", input });
  await ended.promise;
  await engine.close();
  const description = engine.describeExecution("case");
  database.close();
  return {
    status: description?.status ?? "none",
    output: description?.output,
    error: description?.error ?? null,
    cause: description?.cause ?? null,
    events,
  };
}

/** The first difference in words, or undefined. */
function compare(expected: StateMachineCase, observed: Observed): string | undefined {
  const differences: readonly (readonly [string, unknown, unknown, boolean])[] = [
    ["status", expected.status, observed.status, expected.status === observed.status],
    ["output", expected.output, observed.output, matchesOutput(expected.output, observed.output)],
    ["error", expected.error ?? null, observed.error, matches(expected.error ?? null, observed.error)],
    ["cause", expected.cause ?? null, observed.cause, matches(expected.cause ?? null, observed.cause)],
    ["events", expected.events, observed.events, isDeepStrictEqual(expected.events, observed.events)],
  ];
  const different = differences.find(([, , , isSame]) => !isSame);
  if (different === undefined) return undefined;
  const [what, wanted, got] = different;
  return `${what}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`;
}

function matchesOutput(expected: unknown, observed: unknown): boolean {
  if (matches(expected, observed)) return true;
  return typeof expected === "string" && matches(parseText(expected), observed);
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Deep equality in which a mask of the expected value stands for any string. */
function matches(expected: unknown, observed: unknown): boolean {
  if (typeof expected === "string" && typeof observed === "string")
    return expected === observed || mask.test(expected);
  if (Array.isArray(expected) && Array.isArray(observed)) {
    return (
      expected.length === observed.length && expected.every((item, index) => matches(item, observed[index]))
    );
  }
  if (
    typeof expected !== "object" ||
    expected === null ||
    typeof observed !== "object" ||
    observed === null
  ) {
    return expected === observed;
  }
  const keys = Object.keys(expected);
  const values = new Map<string, unknown>(Object.entries(observed));
  return (
    keys.length === values.size &&
    Object.entries(expected).every(([key, value]) => values.has(key) && matches(value, values.get(key)))
  );
}

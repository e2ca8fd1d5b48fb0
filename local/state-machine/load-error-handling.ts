import { MAX_SECONDS, type Catcher, type Retrier } from "./definition.ts";
import { errorNames } from "./failure.ts";
import { FieldReader, readableInCatch } from "./read-fields.ts";

/** Reserved names that a Retry or Catch may list: wildcards, and the errors that this interpreter raises and AWS lets be caught. */
const listableReservedNames = new Set<string>([
  "States.ALL",
  "States.TaskFailed",
  errorNames.timeout,
  errorNames.dataLimitExceeded,
  errorNames.queryEvaluationError,
]);

export function loadRetry(state: FieldReader): readonly Retrier[] {
  const entries = state.takeArray("Retry") ?? [];
  return entries.map((entry, index) => {
    const fields = new FieldReader(entry, state.state, `Retry[${index}]`);
    fields.takeComment();
    const retrier: Retrier = {
      errorEquals: loadErrorEquals(fields, index === entries.length - 1),
      intervalSeconds: fields.takeInteger("IntervalSeconds", 1, MAX_SECONDS, 1),
      maxAttempts: fields.takeInteger("MaxAttempts", 0, MAX_SECONDS, 3),
      backoffRate: loadBackoffRate(fields),
      maxDelaySeconds: fields.has("MaxDelaySeconds")
        ? fields.takeInteger("MaxDelaySeconds", 1, 31_622_400, 1)
        : undefined,
      jitter: loadJitter(fields),
    };
    fields.finish();
    return retrier;
  });
}

export function loadCatch(state: FieldReader): readonly Catcher[] {
  const entries = state.takeArray("Catch") ?? [];
  return entries.map((entry, index) => {
    const fields = new FieldReader(entry, state.state, `Catch[${index}]`);
    fields.takeComment();
    const catcher: Catcher = {
      errorEquals: loadErrorEquals(fields, index === entries.length - 1),
      next: fields.takeString("Next"),
      output: fields.takeTemplate("Output", readableInCatch),
      assign: fields.takeAssignments(readableInCatch),
    };
    fields.finish();
    return catcher;
  });
}

function loadErrorEquals(fields: FieldReader, isLast: boolean): readonly string[] {
  const names = fields.takeArray("ErrorEquals") ?? fields.refuse("ErrorEquals", "is missing");
  if (names.length === 0) fields.refuse("ErrorEquals", "must name at least one error");
  return names.map((name) => {
    if (typeof name !== "string") return fields.refuse("ErrorEquals", "must be an array of strings");
    if (name === "States.ALL" && (names.length > 1 || !isLast)) {
      fields.refuse("ErrorEquals", "has States.ALL, which must stand alone and last");
    }
    if (name === errorNames.runtime) {
      fields.refuse("ErrorEquals", "names States.Runtime, which always fails the execution; remove it");
    }
    if (name.startsWith("States.") && !listableReservedNames.has(name)) {
      fields.refuse("ErrorEquals", `names ${name}, which the local engine never raises; remove it`);
    }
    return name;
  });
}

function loadBackoffRate(fields: FieldReader): number {
  if (!fields.has("BackoffRate")) return 2;
  const rate = fields.take("BackoffRate");
  if (typeof rate === "number" && rate >= 1) return rate;
  return fields.refuse("BackoffRate", "must be a number of at least 1");
}

function loadJitter(fields: FieldReader): "FULL" | "NONE" {
  if (!fields.has("JitterStrategy")) return "NONE";
  const strategy = fields.take("JitterStrategy");
  if (strategy === "FULL" || strategy === "NONE") return strategy;
  return fields.refuse("JitterStrategy", "must be FULL or NONE");
}

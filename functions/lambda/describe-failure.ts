import { $ZodError } from "zod/v4/core";
import {
  CountersignError,
  InvariantBroken,
  MalformedRecord,
  machineErrorNames,
} from "../../shared/domain/errors.ts";
import type { Log } from "../../shared/ports/functions.ts";

const expectedNames: ReadonlySet<string> = new Set(machineErrorNames);

/**
 * What leaves a function that failed, once it is logged. Lambda hands `name` on as `errorType`, which the state machine
 * matches, and writes name, message and stack to the log: so our own errors go as they are, and of any other nothing but
 * where it was thrown, because a library's message can hold what it was working on.
 */
export function describeFailure(error: unknown, log: Log): CountersignError {
  if (error instanceof CountersignError) {
    log({ level: levelOf(error), event: "invocation-failed", code: error.code });
    return error;
  }
  const failure =
    error instanceof $ZodError
      ? new MalformedRecord("What came in or was stored is not what its schema says; the stack says where.")
      : new InvariantBroken("The function failed at a place that nobody foresaw; the stack says where.");
  if (error instanceof Error) failure.stack = `${failure.name}: ${failure.message}${placesOf(error)}`;
  const code = error instanceof Error ? error.name : typeof error;
  log({ level: "alarm", event: "invocation-failed", code });
  return failure;
}

/** The stack without what stands before its places, which is the message, however many lines that has. */
function placesOf({ stack = "", message }: Error): string {
  return stack.includes(message) ? stack.slice(stack.indexOf(message) + message.length) : "";
}

/** What the machine expects is no news; what may pass by itself is not yet an alarm. */
function levelOf({ name, family }: CountersignError): "info" | "warning" | "alarm" {
  if (family === "retryable") return "warning";
  return expectedNames.has(name) ? "info" : "alarm";
}

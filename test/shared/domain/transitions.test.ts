import { expect, test } from "vitest";

import { requirementStatusSchema } from "../../../shared/domain/requirement.ts";
import { nextStatus, type RequirementEvent, transitions } from "../../../shared/domain/transitions.ts";

const events = [
  "stage-passed",
  "last-stage-passed",
  "stage-failed",
  "doubt-settled",
  "expired",
  "withdrawn",
  "run-cancelled",
] as const satisfies readonly RequirementEvent[];

test("a pending requirement goes where the event says", () => {
  expect(events.map((event) => nextStatus("pending", event))).toEqual([
    "pending",
    "approved",
    "rejected",
    "answered",
    "expired",
    "cancelled",
    "cancelled",
  ]);
});

const terminal = requirementStatusSchema.options.filter((status) => status !== "pending");

test.for(terminal)("nothing leads out of %s, not even to itself", (status) => {
  expect(transitions[status]).toEqual({});
  expect(events.map((event) => nextStatus(status, event)).filter((next) => next !== undefined)).toEqual([]);
});

test("the table holds every status, and no other", () => {
  expect(Object.keys(transitions)).toEqual(requirementStatusSchema.options);
});

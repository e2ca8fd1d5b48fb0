import { expect, test } from "vitest";
import type { Decider } from "../../../shared/domain/decider.ts";
import { callIdOf, poolIdSchema } from "../../../shared/domain/ids.ts";
import { sightOfRun } from "../../../shared/domain/visibility.ts";
import { buildRequirement, buildRun, machine } from "../../functions/http/records.ts";

function viewer(subject: string, overrides: Partial<Extract<Decider, { kind: "person" }>> = {}): Decider {
  const nobody = { pools: [], isAuditor: false, isAdmin: false, authenticatedAt: 0 };
  return { kind: "person", subject, name: subject, ...nobody, ...overrides };
}

const finance = [poolIdSchema.parse("finance")];
const ops = [poolIdSchema.parse("ops")];

test.each<[string, Decider, string | undefined]>([
  ["the asker, wholly", viewer("asker"), "whole"],
  ["an auditor, wholly", viewer("auditor", { isAuditor: true }), "whole"],
  ["an auditor who is an admin too, wholly", viewer("chief", { isAuditor: true, isAdmin: true }), "whole"],
  ["an admin, in outline", viewer("admin", { isAdmin: true }), "outline"],
  ["a member of a pool that was asked, by its card", viewer("finance-1", { pools: finance }), "card"],
  ["a member of another pool, not at all", viewer("ops-1", { pools: ops }), undefined],
  ["a stranger, not at all", viewer("outsider"), undefined],
  ["another machine, not at all", { kind: "machine", subject: "service" }, undefined],
  ["a machine that has the asker's name, not at all", { kind: "machine", subject: "asker" }, undefined],
])("a person's run is seen by %s", (_, decider, sight) => {
  const run = buildRun(0);
  expect(sightOfRun(decider, run, [buildRequirement(callIdOf(run.id, 1, 0), run)])).toBe(sight);
});

test("a machine sees its own run wholly, and a person of its name does not", () => {
  const run = buildRun(0, { requester: machine("service") });
  expect(sightOfRun({ kind: "machine", subject: "service" }, run, [])).toBe("whole");
  expect(sightOfRun(viewer("service"), run, [])).toBeUndefined();
});

test("a pool member sees nothing of a run that asked nobody", () => {
  expect(sightOfRun(viewer("finance-1", { pools: finance }), buildRun(0), [])).toBeUndefined();
});

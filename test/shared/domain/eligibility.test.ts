import { expect, test } from "vitest";
import { explainEligibility } from "../../../shared/domain/eligibility.ts";
import { callIdOf, epochMillisSchema, poolIdSchema, subjectSchema } from "../../../shared/domain/ids.ts";
import type { Pool } from "../../../shared/domain/pool.ts";
import type { Requirement } from "../../../shared/domain/requirement.ts";
import { buildRequirement, buildRun, machine, noon, stage, vote } from "../../functions/http/records.ts";

function pool(id: string, ...members: readonly string[]): [string, Pool] {
  return [
    id,
    { v: 1, id: poolIdSchema.parse(id), members: members.map((member) => subjectSchema.parse(member)) },
  ];
}

function explain(overrides: Partial<Requirement>, pools: readonly [string, Pool][], now = noon) {
  const run = buildRun(0);
  const { eligible, excluded } = explainEligibility(
    buildRequirement(callIdOf(run.id, 1, 0), run, overrides),
    new Map(pools),
    now,
  );
  return { eligible, excluded: excluded.map(({ subject, code }) => `${subject} ${code}`) };
}

test("members of the open stage's pool may decide, the asker among them may not", () => {
  expect(explain({}, [pool("finance", "finance-2", "asker", "finance-1")])).toEqual({
    eligible: ["finance-1", "finance-2"],
    excluded: ["asker self_approval"],
  });
});

test("while the asker has to confirm, the pool waits", () => {
  const stages = [stage("asker", { status: "open" }), stage("finance")];
  expect(explain({ stages }, [pool("finance", "finance-1")])).toEqual({
    eligible: ["asker"],
    excluded: ["finance-1 stage_not_open"],
  });
});

test("makers, the owner and whoever has voted are excluded", () => {
  const overrides = {
    makers: [subjectSchema.parse("finance-1")],
    owner: subjectSchema.parse("finance-2"),
    stages: [stage("finance", { status: "open", need: 2, votes: [vote("finance-3", "approve")] })],
  };
  const members = pool("finance", "finance-1", "finance-2", "finance-3", "finance-4");
  expect(explain(overrides, [members])).toEqual({
    eligible: ["finance-4"],
    excluded: [
      "asker self_approval",
      "finance-1 self_approval",
      "finance-2 self_approval",
      "finance-3 duplicate_vote",
    ],
  });
});

test("an unknown pool has nobody, and a machine that asked is not a person who could", () => {
  expect(explain({ requester: machine("service") }, [])).toEqual({ eligible: [], excluded: [] });
});

test("after the deadline nobody may decide, and everyone learns why", () => {
  const expiresAt = epochMillisSchema.parse(noon);
  expect(explain({ expiresAt }, [pool("finance", "finance-1")], noon)).toEqual({
    eligible: [],
    excluded: ["asker expired", "finance-1 expired"],
  });
});

import { describe, expect, test } from "vitest";

import { isAsker, madeIt, maySeeRequirement, sitsIn } from "../../../shared/domain/decider.ts";
import { poolIdSchema } from "../../../shared/domain/ids.ts";
import { buildMachine, buildPerson } from "../../builders/build-decider.ts";
import { buildRequirement, buildStage } from "../../builders/build-requirement.ts";

const pool = (...ids: readonly string[]) => ids.map((id) => poolIdSchema.parse(id));
const byPerson = buildRequirement({ owner: "owner", makers: ["editor"] });
const byMachine = buildRequirement({
  requester: { kind: "machine", subject: "service", name: "Service" },
  stages: [buildStage({ by: ["finance", "ops"] })],
});

describe("who sits in a stage", () => {
  test("the asker in the asker's, and nobody in that of a machine's run", () => {
    expect(sitsIn(buildPerson("asker"), "asker", byPerson)).toBe(true);
    expect(sitsIn(buildPerson("asker-2"), "asker", byPerson)).toBe(false);
    expect(sitsIn(buildPerson("service"), "asker", byMachine)).toBe(false);
    expect(isAsker("service", byMachine)).toBe(false);
  });

  test("a member of any of the pools, by id", () => {
    expect(sitsIn(buildPerson("a", { pools: ["ops"] }), pool("finance", "ops"), byPerson)).toBe(true);
    expect(sitsIn(buildPerson("a", { pools: ["ops-2"] }), pool("finance", "ops"), byPerson)).toBe(false);
    expect(sitsIn(buildPerson("a"), pool("finance"), byPerson)).toBe(false);
    expect(sitsIn(buildPerson("finance", { name: "finance" }), pool("finance"), byPerson)).toBe(false);
  });

  test("no auditor, no admin and no machine by being that", () => {
    expect(sitsIn(buildPerson("a", { isAuditor: true, isAdmin: true }), pool("finance"), byPerson)).toBe(
      false,
    );
    expect(sitsIn(buildMachine("asker"), "asker", byPerson)).toBe(false);
    expect(sitsIn(buildMachine("service"), "asker", byMachine)).toBe(false);
  });
});

describe("who made it", () => {
  test.for([
    ["asker", true],
    ["owner", true],
    ["editor", true],
    ["finance-1", false],
    ["Asker", false],
  ] as const)("%s: %s", ([subject, made]) => {
    expect(madeIt(subject, byPerson)).toBe(made);
  });

  test("the machine that asked", () => {
    expect(madeIt("service", byMachine)).toBe(true);
  });
});

describe("who may see a requirement", () => {
  const cases = [
    ["the asker", buildPerson("asker"), true],
    ["a member of a pool that comes later", buildPerson("finance-1", { pools: ["finance"] }), true],
    ["the auditor", buildPerson("auditor", { isAuditor: true }), true],
    ["an admin", buildPerson("admin", { isAdmin: true }), false],
    ["the owner who is no member", buildPerson("owner"), false],
    ["a member of another pool", buildPerson("ops-1", { pools: ["ops"] }), false],
    ["somebody of no pool", buildPerson("outsider"), false],
    ["a machine", buildMachine(), false],
    ["a machine of the asker's name", buildMachine("asker"), false],
  ] as const;

  test.for(cases)("%s: %s", ([, decider, sees]) => {
    expect(maySeeRequirement(decider, byPerson)).toBe(sees);
  });

  test("the machine that asked sees its own, a person of its name does not", () => {
    expect(maySeeRequirement(buildMachine("service"), byMachine)).toBe(true);
    expect(maySeeRequirement(buildMachine("service-2"), byMachine)).toBe(false);
    expect(maySeeRequirement(buildPerson("service"), byMachine)).toBe(false);
  });
});

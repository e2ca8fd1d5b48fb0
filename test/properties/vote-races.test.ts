import { expect, test } from "vitest";
import { cancelRun } from "../../functions/control-runs/cancel-run.ts";
import { recordVote } from "../../functions/record-decisions/record-vote.ts";
import type { Answer, Requirement } from "../../shared/domain/requirement.ts";
import { loadRequirement } from "../../shared/records/requirement-records.ts";
import { buildRequirementOf, readOutbox, storeLiveRun, storePool } from "../builders/build-live-run.ts";
import { buildRun } from "../builders/build-run.ts";
import { buildPrincipal } from "../builders/build-principal.ts";
import { buildStage, noonAWeekLater } from "../builders/build-requirement.ts";
import { buildClock, buildStorage, buildSystem, type System } from "../builders/build-system.ts";
import { Tally } from "../builders/tally.ts";
import { breakPorts } from "../builders/break-ports.ts";
import { createDraw, createScheduler, type Scheduler } from "./seeded-scheduler.ts";

const crowd = Array.from({ length: 50 }, (_, place) => `member-${place}`);
const races = 200;
/** Each race shares the database with the ones before, under a tenant of its own. */
const storage = buildStorage();

interface Race {
  readonly system: System;
  readonly scheduler: Scheduler;
  readonly requirement: Requirement;
}

async function buildRace(seed: number, need = 1): Promise<Race> {
  const scheduler = createScheduler(createDraw(seed));
  const system = buildSystem({
    tenant: `race-${need}-${seed}`,
    storage,
    clock: buildClock(),
    wrap: (ports) => breakPorts(ports, () => scheduler.turn().then(() => undefined)),
  });
  const run = buildRun({ tenant: system.tenant });
  const requirement = buildRequirementOf(run, 0, { stages: [buildStage({ need })] });
  await storePool(storage.store, system.tenant, "finance", crowd);
  await storeLiveRun(system, run, [requirement]);
  return { system, scheduler, requirement };
}

async function vote(
  { system, requirement }: Race,
  by: string,
  decision: Answer = "approve",
): Promise<string> {
  const answer = await recordVote(system.decisions, {
    principal: buildPrincipal(by, ["finance"]),
    requirementId: requirement.id,
    proposal: { outcome: "read", decision, digest: requirement.digest, asksForMore: false, channel: "api" },
  });
  return answer.outcome === "decided" ? "decided" : answer.code;
}

async function readEnd({ system, requirement }: Race) {
  const stored = (await loadRequirement(storage.store, system.tenant, requirement.id))?.value;
  const entries = (await readOutbox(storage.store, system.tenant)).map(({ body }) => body);
  return {
    status: stored?.status,
    votes:
      stored?.stages.flatMap((stage) => stage.votes.map(({ by, decision }) => `${by} ${decision}`)) ?? [],
    awaited: stored?.awaitedEntries ?? [],
    decided: entries.filter((entry) => entry["kind"] === "decided").map((entry) => entry["decision"]),
    kinds: entries.map((entry) => String(entry["kind"])),
  };
}

async function play(race: Race, tasks: readonly (() => Promise<string>)[]): Promise<readonly string[]> {
  const said: string[] = [];
  await race.scheduler.run(
    tasks.map((task) => async () => void said.push(await task())),
    100,
  );
  return said.toSorted();
}

const repeat = (word: string, times: number) => Array.from({ length: times }, () => word);

test("50 approvals of one person at once are one vote and one transition", async () => {
  const race = await buildRace(1);
  const said = await play(
    race,
    repeat("member-7", 50).map((by) => () => vote(race, by)),
  );
  expect(said).toEqual([...repeat("already_decided", 49), "decided"]);
  expect(await readEnd(race)).toMatchObject({
    status: "approved",
    votes: ["member-7 approve"],
    decided: ["approve"],
  });
});

test("50 approvals of one person at once are one vote, also when two are needed", async () => {
  const race = await buildRace(2, 2);
  const said = await play(
    race,
    repeat("member-7", 50).map((by) => () => vote(race, by)),
  );
  expect(said).toEqual(["decided", ...repeat("duplicate_vote", 49)]);
  expect(await readEnd(race)).toMatchObject({
    status: "pending",
    votes: ["member-7 approve"],
    decided: ["approve"],
  });
});

test("50 approvals of different people at once are one transition", async () => {
  const race = await buildRace(3);
  const said = await play(
    race,
    crowd.map((by) => () => vote(race, by)),
  );
  expect(said).toEqual([...repeat("already_decided", 49), "decided"]);
  const { status, votes, decided } = await readEnd(race);
  expect({ status, votes: votes.length, decided }).toEqual({
    status: "approved",
    votes: 1,
    decided: ["approve"],
  });
});

test("of 50 approvals of different people at once as many count as were needed", async () => {
  const race = await buildRace(4, 20);
  const said = await play(
    race,
    crowd.map((by) => () => vote(race, by)),
  );
  expect(said).toEqual([...repeat("already_decided", 30), ...repeat("decided", 20)]);
  const { status, votes, awaited } = await readEnd(race);
  expect({ status, votes: new Set(votes).size, awaited: awaited.length }).toEqual({
    status: "approved",
    votes: 20,
    awaited: 20,
  });
});

test(`approve against reject, ${races} times: one of them decides, and the entry says which`, async () => {
  const tally = new Tally();
  for (let seed = 1_000; seed < 1_000 + races; seed += 1) {
    const race = await buildRace(seed);
    const said = await play(race, [
      () => vote(race, "member-1", "approve"),
      () => vote(race, "member-2", "reject"),
    ]);
    expect(said).toEqual(["already_decided", "decided"]);
    const { status, votes, decided } = await readEnd(race);
    tally.add(String(status));
    expect([
      { status: "approved", votes: ["member-1 approve"], decided: ["approve"] },
      { status: "rejected", votes: ["member-2 reject"], decided: ["reject"] },
    ]).toContainEqual({ status, votes, decided });
  }
  expectBoth(tally, "approved", "rejected");
});

test(`approve against expiry, ${races} times: the clock of the judgement decides`, async () => {
  const tally = new Tally();
  for (let seed = 2_000; seed < 2_000 + races; seed += 1) {
    const race = await buildRace(seed);
    race.system.clock.set(noonAWeekLater - 1);
    const said = await play(race, [
      () => vote(race, "member-1"),
      async () => {
        for (let turns = seed % 12; turns > 0; turns -= 1) await race.scheduler.turn();
        race.system.clock.set(noonAWeekLater);
        await race.system.invoke("keep-deadlines", {});
        return "swept";
      },
    ]);
    const { status, decided, kinds } = await readEnd(race);
    tally.add(String(status));
    expect([
      { status: "approved", said: ["decided", "swept"], decided: ["approve"], expired: false },
      { status: "expired", said: ["expired", "swept"], decided: [], expired: true },
    ]).toContainEqual({ status, said, decided, expired: kinds.includes("expired") });
  }
  expectBoth(tally, "approved", "expired");
});

test(`approve against cancel, ${races} times: one of them closes it`, async () => {
  const tally = new Tally();
  for (let seed = 3_000; seed < 3_000 + races; seed += 1) {
    const race = await buildRace(seed);
    const said = await play(race, [
      () => vote(race, "member-1"),
      async () => {
        const request = { principal: buildPrincipal("asker"), runId: race.requirement.run };
        return `cancel ${(await cancelRun(race.system.control, request)).outcome}`;
      },
    ]);
    const { status, decided, awaited } = await readEnd(race);
    tally.add(String(status));
    const { id } = race.requirement;
    expect([
      {
        status: "approved",
        said: ["cancel cancelled", "decided"],
        decided: ["approve"],
        awaited: [`vote|${id}|v1|s0|member-1`],
      },
      {
        status: "cancelled",
        said: ["cancel cancelled", "cancelled"],
        decided: [],
        awaited: [`cancelled|${id}`],
      },
    ]).toContainEqual({ status, said, decided, awaited });
  }
  expectBoth(tally, "approved", "cancelled");
});

/** A race that always has the same winner is none. */
function expectBoth(tally: Tally, one: string, other: string): void {
  tally.print(`${one} against ${other}: ${races} races`);
  expect(Math.min(tally.of(one), tally.of(other))).toBeGreaterThan(0);
}

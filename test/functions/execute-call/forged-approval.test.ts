import { describe, expect, test } from "vitest";
import { type Requirement, requirementSchema } from "../../../shared/domain/requirement.ts";
import { outboxWrite } from "../../../shared/records/outbox.ts";
import { requirementKey, vaultKey } from "../../../shared/records/keys.ts";
import { createRequirementWrites, entryOf } from "../../../shared/records/requirement-records.ts";
import { buildRefundTool } from "../../builders/build-agent.ts";
import { digestOfInput, sealVotes } from "../../builders/build-gate.ts";
import {
  builtRun,
  deliverAll,
  expectWritten,
  openCallWrites,
  readOutboxRecords,
  requirementAt,
  storeLiveRun,
} from "../../builders/build-live-run.ts";
import { buildStage, buildVote, withDigest } from "../../builders/build-requirement.ts";
import { hmac, sha256 } from "../../builders/sha256.ts";
import { makeEntry } from "../../contract/block-builders.ts";
import {
  alarmsOf,
  appendPast,
  buildApproved,
  buildWorld,
  execute,
  expectNothingDone,
  input,
  putSeal,
  readOutcome,
  run,
  sealBy,
  type World,
} from "./approved-world.ts";

test("an approval whose entries are all sealed runs once", async () => {
  const world = await buildApproved();
  await deliverAll(world.system);
  await execute(world);
  await execute(world);
  expect(world.effects).toEqual([input]);
  expect(alarmsOf(world)).toEqual([]);
});

/** The run's key in `vault`. */
async function putKey({ system }: World, key: string): Promise<void> {
  const body = { v: 1, status: "kept", key };
  await expectWritten(system.storage.store, [
    { action: "put", key: vaultKey("default", builtRun), body, expect: "absent" },
  ]);
}

describe("the input that was committed to when people were asked", () => {
  const key = "5a".repeat(32);
  const committing = { key: Uint8Array.from({ length: 32 }, () => 0x5a), hmac, sha256 };

  test("runs", async () => {
    const world = await buildApproved(committing);
    await putKey(world, key);
    await deliverAll(world.system);
    await execute(world);
    expect(world.effects).toEqual([input]);
    expect(alarmsOf(world)).toEqual([]);
  });

  test.for([
    ["another commitment than the run's key makes of the input", committing, "5b".repeat(32)],
    ["a commitment in a run whose key is gone", committing, undefined],
    ["no commitment in a run that has a key", undefined, key],
  ] as const)("with %s the executor refuses, with an alarm", async ([, sealedWith, stored]) => {
    const world = await buildApproved(sealedWith);
    if (stored !== undefined) await putKey(world, stored);
    await deliverAll(world.system);
    await execute(world);
    expect(world.effects).toEqual([]);
    expect(await readOutcome(world)).toBe("commitment_mismatch");
    expect(alarmsOf(world)).toEqual(["approval-altered commitment_mismatch"]);
  });
});

/** The row that says approved, with the votes of all three, as whoever writes `work` can put it there. */
function forge(requirement: Requirement): Requirement {
  const votes = ["fay", "flo"].map((by) => buildVote(by));
  const forged: Requirement = {
    ...requirement,
    status: "approved",
    closedAt: requirement.createdAt,
    stages: [
      buildStage({ by: "asker", status: "passed", votes: [buildVote("asker")] }),
      buildStage({ need: 2, status: "passed", votes }),
    ],
  };
  return { ...forged, awaitedEntries: sealVotes(forged).map(({ id }) => id) };
}

async function putRow({ system }: World, body: Requirement): Promise<void> {
  const key = requirementKey("default", body.id);
  await expectWritten(system.storage.store, [{ action: "put", key, body, expect: "anything" }]);
}

/** The votes as `record-decisions` would have entered them. */
function voteEntries(forged: Requirement) {
  return sealVotes(forged).map((vote) =>
    makeEntry({
      ...entryOf(forged),
      id: vote.id,
      kind: vote.stage === 0 ? "confirmed" : "decided",
      at: vote.at,
      stage: vote.stage ?? 0,
      decision: "approve",
      actor: { kind: "person", subject: vote.actor.subject },
    }),
  );
}

describe("a forged approval does not make the executor act, and leaves an alarm", () => {
  test("all its rows in work, its question sealed from there, and votes that nobody sealed", async () => {
    const world = await buildWorld();
    const forged = forge(world.requirement);
    await storeLiveRun(world.system, run, []);
    await expectWritten(world.system.storage.store, openCallWrites(world.requirement));
    await putRow(world, forged);
    await deliverAll(world.system);
    await world.system.invoke("sign-checkpoint", {});
    await expectNothingDone(world, "receipt-missing");
  });

  test("votes in the outbox of work, where no vote comes from", async () => {
    const world = await buildWorld();
    const forged = forge(world.requirement);
    await storeLiveRun(world.system, run, [world.requirement]);
    await putRow(world, forged);
    for (const entry of voteEntries(forged)) {
      const { key, ...write } = outboxWrite(entry) as { key: { partition: string; sort: string } } & object;
      await expectWritten(world.system.storage.store, [
        { ...write, key: { ...key, table: "work" }, action: "put", body: entry, expect: "anything" },
      ]);
    }
    await deliverAll(world.system);
    await world.system.invoke("sign-checkpoint", {});
    const refused = [
      "entry-refused wrong-source",
      "entry-refused wrong-source",
      "entry-refused wrong-source",
    ];
    await expectNothingDone(world, ...refused, "receipt-missing");
  });

  test("votes in blocks of the ledger that nobody signed", async () => {
    const world = await buildWorld();
    const forged = forge(world.requirement);
    await storeLiveRun(world.system, run, [world.requirement]);
    await putRow(world, forged);
    await deliverAll(world.system);
    await world.system.invoke("sign-checkpoint", {});
    await appendPast(world, voteEntries(forged));
    await expectNothingDone(world, "receipt-missing");
  });

  test("votes and question in blocks of the ledger, and a seal over them by another key", async () => {
    const world = await buildWorld();
    const forged = forge(world.requirement);
    await storeLiveRun(world.system, run, [world.requirement]);
    await putRow(world, forged);
    await world.system.deliver(
      "append-ledger",
      await readOutboxRecords(world.system.storage.store, "default"),
    );
    await appendPast(world, voteEntries(forged));
    await putSeal(world, await sealBy(world, 8));
    await expectNothingDone(
      world,
      ...Array.from({ length: 4 }, () => "receipt-refused untrusted"),
      "receipt-missing",
    );
  });

  test("a row that says other than what was sealed when people were asked", async () => {
    const world = await buildApproved();
    await deliverAll(world.system);
    const [stored] = await world.system.storage.store.get([requirementKey("default", world.requirement.id)]);
    const altered = requirementSchema.parse({ ...stored?.body, version: 2 });
    const dearer = withDigest({
      ...altered,
      version: 1,
      effect: "Refund 25.00.",
      input: { ...input, cents: 99_000 },
    });
    const tool = buildRefundTool();
    await putRow(world, {
      ...dearer,
      inputDigest: digestOfInput(tool, dearer.input) as Requirement["inputDigest"],
    });
    await execute(world);
    expect(world.effects).toEqual([]);
    expect(await readOutcome(world)).toBe("wrong_requirement");
    expect(alarmsOf(world)).toEqual(["approval-altered wrong_requirement"]);
  });

  test("a question that was sealed and answered, in another one's place", async () => {
    const world = await buildApproved();
    await deliverAll(world.system);
    // The call's second requirement, forged after the first one's approval.
    const second = requirementAt(1).replace(/_1$/, "_2") as Requirement["id"];
    const copied = withDigest({ ...forge(world.requirement), id: second });
    const { store } = world.system.storage;
    await expectWritten(store, createRequirementWrites({ ...copied, status: "pending" }, undefined));
    await putRow(world, copied);
    const key = openCallWrites(world.requirement)[0]?.key;
    const [call] = key === undefined ? [] : await store.get([key]);
    if (key === undefined || call === undefined) throw new Error("The call is not there.");
    const body = { ...call.body, requirements: 2, requirement: second };
    await expectWritten(store, [{ action: "put", key, body, expect: "anything" }]);
    await deliverAll(world.system);
    await world.system.invoke("sign-checkpoint", {});
    await execute(world);
    expect(world.effects).toEqual([]);
    expect(await readOutcome(world)).toBe("quorum_not_met");
    expect(alarmsOf(world)).toEqual(["approval-altered quorum_not_met"]);
  });
});

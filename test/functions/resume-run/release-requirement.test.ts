import { describe, expect, test } from "vitest";
import {
  ReleaseContended,
  RequirementReleased,
  StateMachineUnavailable,
  StoreUnavailable,
  TokenNotOpened,
} from "../../../shared/domain/errors.ts";
import type { Requirement } from "../../../shared/domain/requirement.ts";
import { tokenSchema } from "../../../shared/domain/token.ts";
import { requirementKey, tokenKey } from "../../../shared/records/keys.ts";
import { loadRecord } from "../../../shared/records/loaded.ts";
import { recordVote } from "../../../functions/record-decisions/record-vote.ts";
import { breakOnce } from "../../builders/break-ports.ts";
import {
  buildRequirementOf,
  expectWritten,
  readSeals,
  readOutboxRecords,
  storeLiveRun,
  storePool,
} from "../../builders/build-live-run.ts";
import { buildRun } from "../../builders/build-run.ts";
import { buildPrincipal } from "../../builders/build-principal.ts";
import { buildStage, noon } from "../../builders/build-requirement.ts";
import { buildSystem, type System } from "../../builders/build-system.ts";

const run = buildRun();
const execution = `${run.id}-1`;

interface Waiting {
  readonly system: System;
  readonly requirement: Requirement;
  readonly token: string;
}

/** A requirement of two approvers, waited for, and in the ledger as asked, unsigned. */
async function buildWaiting(options?: Parameters<typeof buildSystem>[0]): Promise<Waiting> {
  const system = buildSystem(options);
  const requirement = buildRequirementOf(run, 0, { stages: [buildStage({ need: 2 })] });
  await storePool(system.storage.store, "default", "finance", ["fay", "flo"]);
  await storeLiveRun(system, run, [requirement]);
  const token = system.machine.issueToken(execution);
  await ask({ system, requirement, token });
  await append({ system }, "requested|");
  return { system, requirement, token };
}

function ask({ system, requirement, token }: Waiting, retryCount = 0): Promise<unknown> {
  const { tenant, run: runId, id: requirementId } = requirement;
  return system.invoke("open-requirement", { tenant, runId, epoch: 1, requirementId, token, retryCount });
}

async function approve({ system, requirement }: Waiting, by: string): Promise<void> {
  const { id: requirementId, digest } = requirement;
  const proposal = {
    outcome: "read",
    decision: "approve",
    digest,
    asksForMore: false,
    channel: "api",
  } as const;
  const answer = await recordVote(system.decisions, {
    principal: buildPrincipal(by),
    requirementId,
    proposal,
  });
  expect(answer.outcome).toBe("decided");
}

/** Appends the outbox rows whose entry has this in its id, each in a block of its own. */
async function append({ system }: Pick<Waiting, "system">, part: string): Promise<void> {
  const rows = await readOutboxRecords(system.storage.store, "default");
  for (const row of rows.filter(({ key }) => key.sort.includes(part)))
    await system.deliver("append-ledger", [row]);
}

/** Appends and signs them. */
async function seal(waiting: Pick<Waiting, "system">, part: string): Promise<void> {
  await append(waiting, part);
  await waiting.system.invoke("sign-checkpoint", {});
}

const release = async ({ system }: Waiting) => system.deliver("resume-run", await readSeals(system));

async function readWait({ system, requirement }: Waiting) {
  const token = (await loadRecord(system.storage.store, tokenKey("default", requirement.id), tokenSchema))
    ?.value;
  return {
    released: token?.released,
    hasToken: token?.sealed !== undefined,
    sent: system.machine.completed.length,
  };
}

const waits = { released: undefined, hasToken: true, sent: 0 };
const released = { released: { at: noon, status: "approved" }, hasToken: false, sent: 1 };

describe("resume-run", () => {
  test("nothing is released while people are still deciding", async () => {
    const waiting = await buildWaiting();
    await approve(waiting, "fay");
    await seal(waiting, "|");
    expect(await release(waiting)).toEqual({ failed: [] });
    expect(await readWait(waiting)).toEqual(waits);
  });

  test.each(["fay", "flo"])("the last vote sealed releases, also when it is that of %s", async (last) => {
    const waiting = await buildWaiting();
    await approve(waiting, "fay");
    await approve(waiting, "flo");
    await seal(waiting, last === "fay" ? "|flo" : "|fay");
    await release(waiting);
    expect(await readWait(waiting)).toEqual(waits);
    await seal(waiting, `|${last}`);
    await release(waiting);
    expect(await readWait(waiting)).toEqual(released);
  });

  test("the question has to be sealed too, also when it is appended after the votes", async () => {
    const system = buildSystem();
    const requirement = buildRequirementOf(run, 0, { stages: [buildStage()] });
    await storePool(system.storage.store, "default", "finance", ["fay"]);
    await storeLiveRun(system, run, [requirement]);
    const waiting = { system, requirement, token: system.machine.issueToken(execution) };
    await ask(waiting);
    await approve(waiting, "fay");
    await seal(waiting, "vote|");
    await release(waiting);
    expect(await readWait(waiting)).toEqual(waits);
    await seal(waiting, "requested|");
    await release(waiting);
    expect(await readWait(waiting)).toEqual(released);
  });

  test("what is appended and not signed releases nothing, and an intent neither", async () => {
    const waiting = await buildWaiting({ wrap: breakOnce("ledger.sign", "before") });
    await approve(waiting, "fay");
    await approve(waiting, "flo");
    await append(waiting, "vote|");
    await releaseAgain(waiting);
    expect(await readWait(waiting)).toEqual(waits);
    await expect(seal(waiting, "vote|")).rejects.toThrow(StoreUnavailable);
    await release(waiting);
    await releaseAgain(waiting);
    expect(await readWait(waiting)).toEqual(waits);
    await seal(waiting, "vote|");
    await release(waiting);
    expect(await readWait(waiting)).toEqual(released);
  });

  test("a seal that comes again, and one delivered by many at once, release once", async () => {
    const waiting = await buildWaiting();
    await approve(waiting, "fay");
    await approve(waiting, "flo");
    await seal(waiting, "vote|");
    await Promise.all(Array.from({ length: 20 }, () => release(waiting)));
    await release(waiting);
    expect(await readWait(waiting)).toEqual(released);
  });

  test("a token that comes after the release is turned away, so its execution goes on by itself", async () => {
    const system = buildSystem();
    const requirement = buildRequirementOf(run, 0, { stages: [buildStage()] });
    await storePool(system.storage.store, "default", "finance", ["fay"]);
    await storeLiveRun(system, run, [requirement]);
    const waiting = { system, requirement, token: system.machine.issueToken(execution) };
    await append(waiting, "requested|");
    await approve(waiting, "fay");
    await seal(waiting, "vote|");
    await release(waiting);
    await expect(ask(waiting)).rejects.toThrow(RequirementReleased);
    expect(await readWait(waiting)).toEqual({ ...released, sent: 0 });
  });

  // Asking, the two votes, the intent and the seal are written before it.
  test.each([
    { call: "store.write", nth: 6, when: "before", error: StoreUnavailable },
    { call: "store.write", nth: 6, when: "after", error: StoreUnavailable },
    { call: "token.open", nth: 1, when: "before", error: StoreUnavailable },
    { call: "machine.send", nth: 1, when: "before", error: StateMachineUnavailable },
    { call: "machine.send", nth: 1, when: "after", error: StateMachineUnavailable },
    { call: "store.write", nth: 7, when: "before", error: StoreUnavailable },
    { call: "store.write", nth: 7, when: "after", error: StoreUnavailable },
  ] as const)(
    "a release that broke off $when the effect of $call number $nth is finished by the next one",
    async ({ call, nth, when, error }) => {
      const waiting = await buildWaiting({ wrap: breakOnce(call, when, nth) });
      await approve(waiting, "fay");
      await approve(waiting, "flo");
      await seal(waiting, "vote|");
      await expect(release(waiting)).rejects.toThrow(error);
      await release(waiting);
      expect(await readWait(waiting)).toEqual(released);
    },
  );

  test("a token that the machine no longer waits on is forgotten, and the mark stays", async () => {
    const waiting = await buildWaiting();
    await approve(waiting, "fay");
    await approve(waiting, "flo");
    waiting.system.machine.dropToken(waiting.token);
    await seal(waiting, "vote|");
    await release(waiting);
    expect(await readWait(waiting)).toEqual({ ...released, sent: 0 });
    expect(waiting.system.log).toEqual([
      { level: "info", event: "token-timed-out", run: run.id, requirement: waiting.requirement.id },
    ]);
  });

  test.each([
    { what: "a closed requirement that awaits no entry at all", status: "approved", awaited: [] },
    { what: "a pending requirement, whatever it awaits,", status: "pending", awaited: ["requested"] },
  ])("$what is never released", async ({ status, awaited }) => {
    const waiting = await buildWaiting();
    const { id } = waiting.requirement;
    const awaitedEntries = awaited.map((kind) => `${kind}|${id}|v1`);
    const body = { ...waiting.requirement, status, awaitedEntries };
    await expectWritten(waiting.system.storage.store, [
      { action: "put", key: requirementKey("default", id), body, expect: "anything" },
    ]);
    await seal(waiting, "requested|");
    await release(waiting);
    expect(await readWait(waiting)).toEqual(waits);
  });

  test("a token sealed for another requirement is not sent", async () => {
    const waiting = await buildWaiting();
    const { store, sealToken } = waiting.system.storage;
    const sealed = await sealToken(waiting.token, "another");
    const body = { v: 1, epoch: 1, retryCount: 0, sealed };
    await expectWritten(store, [
      { action: "put", key: tokenKey("default", waiting.requirement.id), body, expect: "anything" },
    ]);
    await approve(waiting, "fay");
    await approve(waiting, "flo");
    await seal(waiting, "vote|");
    await expect(release(waiting)).rejects.toThrow(TokenNotOpened);
    expect(waiting.system.machine.completed).toEqual([]);
  });
});

/** Names the requirement as the reconciler does. */
const releaseAgain = ({ system, requirement: { id } }: Waiting) =>
  system.invoke("resume-run", { releaseAgain: { tenant: "default", requirement: id } });

async function buildSettled(options?: Parameters<typeof buildSystem>[0]): Promise<Waiting> {
  const waiting = await buildWaiting(options);
  await approve(waiting, "fay");
  await approve(waiting, "flo");
  return waiting;
}

describe("resume-run, asked by the reconciler", () => {
  test("releases what is settled and sealed, once", async () => {
    const waiting = await buildSettled();
    await seal(waiting, "vote|");
    expect(await releaseAgain(waiting)).toEqual({});
    expect(await releaseAgain(waiting)).toEqual({});
    expect(await readWait(waiting)).toEqual(released);
  });

  test("releases nothing while people are still deciding, whatever is sealed", async () => {
    const waiting = await buildWaiting();
    await approve(waiting, "fay");
    await seal(waiting, "|");
    expect(await releaseAgain(waiting)).toEqual({});
    expect(await readWait(waiting)).toEqual(waits);
  });

  test.each(["nothing", "|fay", "|flo"])("releases nothing while of two votes %s is sealed", async (part) => {
    const waiting = await buildSettled();
    await seal(waiting, part);
    expect(await releaseAgain(waiting)).toEqual({});
    expect(await readWait(waiting)).toEqual(waits);
  });

  test("releases nothing of another tenant's, or of a requirement that never was", async () => {
    const waiting = await buildSettled();
    await seal(waiting, "vote|");
    const { id } = waiting.requirement;
    for (const named of [
      { tenant: "other", requirement: id },
      { tenant: "default", requirement: `${id.slice(0, -1)}9` },
    ])
      expect(await waiting.system.invoke("resume-run", { releaseAgain: named })).toEqual({});
    expect(await readWait(waiting)).toEqual(waits);
  });

  const named = { tenant: "default", requirement: buildRequirementOf(run, 0).id };
  test.each([
    { what: "with a status", event: { releaseAgain: { ...named, status: "approved" } } },
    { what: "with a token", event: { releaseAgain: { ...named, token: "t" } } },
    { what: "with records of its own", event: { releaseAgain: named, Records: [] } },
    { what: "without a tenant", event: { releaseAgain: { requirement: named.requirement } } },
    { what: "of several", event: { releaseAgain: [named, named] } },
    { what: "of a run", event: { releaseAgain: { tenant: "default", requirement: run.id } } },
  ])("refuses a request $what", async ({ event }) => {
    const waiting = await buildSettled();
    await seal(waiting, "vote|");
    await expect(waiting.system.invoke("resume-run", event)).rejects.toThrow("Invalid input");
    expect(await readWait(waiting)).toEqual(waits);
  });

  test("fails so as to come again when the token changes under it each time", async () => {
    let isContended = false;
    const waiting = await buildSettled({
      wrap: (ports) => ({
        ...ports,
        store: {
          get: (keys) => ports.store.get(keys),
          query: (range) => ports.store.query(range),
          write: async (actions) => {
            const releases = actions.some(({ key, action }) => key.table === "tokens" && action === "put");
            if (!releases || !isContended) return ports.store.write(actions);
            return { outcome: "conflict", failed: [0] };
          },
        },
      }),
    });
    await seal(waiting, "vote|");
    isContended = true;
    await expect(releaseAgain(waiting)).rejects.toThrow(ReleaseContended);
    isContended = false;
    await releaseAgain(waiting);
    expect(await readWait(waiting)).toEqual(released);
  });
});

import { describe, expect, test } from "vitest";
import { createHandler } from "../../../functions/keep-deadlines/handler.ts";
import { recordVote } from "../../../functions/record-decisions/record-vote.ts";
import type { Ports } from "../../../local/ports.ts";
import { MalformedRecord } from "../../../shared/domain/errors.ts";
import type { JsonValue } from "../../../shared/ledger/json-value.ts";
import type { Store } from "../../../shared/ports/store.ts";
import { executionKey, outboxKey, runKey, tokenKey } from "../../../shared/records/keys.ts";
import { outboxWrite } from "../../../shared/records/outbox.ts";
import { createRunWrites } from "../../../shared/records/run-records.ts";
import {
  buildRequirementOf,
  builtRun,
  deliverAll,
  expectWritten,
  readBlocks,
  readSeals,
  readOutboxRecords,
  storeLiveRun,
  storePool,
} from "../../builders/build-live-run.ts";
import { buildEntry } from "../../builders/build-entry.ts";
import { buildClaim } from "../../builders/build-gate.ts";
import { buildRun } from "../../builders/build-run.ts";
import { buildPrincipal } from "../../builders/build-principal.ts";
import { buildStage, noon } from "../../builders/build-requirement.ts";
import { buildSystem, type System } from "../../builders/build-system.ts";

const run = buildRun();

async function sweepLater(system: System, milliseconds = 31_000): Promise<void> {
  system.clock.set(system.clock.now() + milliseconds);
  await system.invoke("keep-deadlines", {});
}

const alarmsOf = ({ log }: System) => log.filter(({ level }) => level === "alarm").map(({ event }) => event);

/** One requirement of pool `finance`, waited for and approved; nothing of it is sealed. */
async function buildApproved(options: Parameters<typeof buildSystem>[0] = {}) {
  const system = buildSystem(options);
  const requirement = buildRequirementOf(run, 0, { stages: [buildStage()] });
  const { id: requirementId, digest } = requirement;
  await storePool(system.storage.store, "default", "finance", ["fay"]);
  await storeLiveRun(system, run, [requirement]);
  const token = system.machine.issueToken(`${run.id}-1`);
  const payload = { tenant: "default", runId: run.id, epoch: 1, requirementId, token, retryCount: 0 };
  await system.invoke("open-requirement", payload);
  const proposal = {
    outcome: "read",
    decision: "approve",
    digest,
    asksForMore: false,
    channel: "api",
  } as const;
  await recordVote(system.decisions, { principal: buildPrincipal("fay"), requirementId, proposal });
  return { system, requirement };
}

function noteWrite(system: System, id: string, at = noon) {
  const actor = { kind: "person", subject: "asker" } as const;
  const entry = buildEntry({ id, kind: "requested", at, run: run.id, actor, agent: "shop" });
  return expectWritten(system.storage.store, [outboxWrite(entry)]);
}

/** What a store says of a partition in which one row is not what an adapter wrote. */
function withUnreadableOutbox({ store, ...ports }: Ports): Ports {
  const query: Store["query"] = async (range) => {
    if (range.partition.startsWith("outbox#")) throw new MalformedRecord("A row is not JSON.");
    return store.query(range);
  };
  return {
    ...ports,
    store: { get: (keys) => store.get(keys), query, write: (actions) => store.write(actions) },
  };
}

async function countEntries({ storage }: System): Promise<number> {
  const blocks = await storage.ledger.blocks(0, 1_000);
  return blocks.flatMap(({ entries }) => entries).length;
}

/** What the clock does after each sweep. */
async function sign(system: System): Promise<void> {
  await system.invoke("sign-checkpoint", {});
}

/** A sweep 31 s later, as on AWS: what is asked of other functions is noted, and none of them has run yet. */
async function sweepUnanswered({ storage, machine, clock }: System): Promise<readonly unknown[]> {
  const asked: [string, JsonValue][] = [];
  const keepDeadlines = createHandler({
    tenant: "default",
    ...storage,
    stateMachine: machine,
    now: clock.now,
    log: () => {},
    invokeLater: async (name, payload) => void asked.push([name, payload]),
  });
  clock.set(clock.now() + 31_000);
  await keepDeadlines({}, { deadlineAt: clock.now() + 55_000 });
  return asked;
}

describe("the reconciler", () => {
  test("has appended what no stream delivered, and then it goes on as ever: sealed, released, and the token sent", async () => {
    const { system } = await buildApproved();
    await sweepLater(system);
    expect(system.machine.completed).toHaveLength(0);
    await sign(system);
    await system.deliver("resume-run", await readSeals(system));
    expect(system.machine.completed).toHaveLength(1);
    expect(alarmsOf(system)).toEqual([
      "outbox-without-entry",
      "outbox-without-entry",
      "closed-without-release",
    ]);
  });

  test("leaves rows that are still on their way through the stream alone", async () => {
    const { system } = await buildApproved();
    await sweepLater(system, 30_000);
    expect(await readBlocks(system)).toEqual([]);
    expect(alarmsOf(system)).toEqual([]);
  });

  test("alarms on a claim that nobody took up in five minutes after its lease, and leaves it", async () => {
    const { system, requirement } = await buildApproved();
    await system.deliver("append-ledger", await readOutboxRecords(system.storage.store, "default"));
    const claim = buildClaim({ run: run.id, call: requirement.call, leaseUntil: system.clock.now() });
    const key = executionKey("default", run.id, requirement.call);
    await expectWritten(system.storage.store, [{ action: "put", key, body: claim, expect: "absent" }]);
    await sweepLater(system, 330_000);
    expect(alarmsOf(system)).not.toContain("claim-past-its-lease");
    await sweepLater(system, 1);
    expect(alarmsOf(system)).toContain("claim-past-its-lease");
    const [stored] = await system.storage.store.get([key]);
    expect(stored?.body).toEqual(claim);
  });

  test("releases what was sealed without its release", async () => {
    const { system } = await buildApproved();
    await system.deliver("append-ledger", await readOutboxRecords(system.storage.store, "default"));
    await sign(system);
    await sweepLater(system);
    expect(system.machine.completed).toHaveLength(1);
    expect(alarmsOf(system)).toEqual(["closed-without-release"]);
  });

  test("goes on behind an outbox with a row that cannot be read, and alarms on it each time", async () => {
    const { system } = await buildApproved({ wrap: withUnreadableOutbox });
    await system.deliver("append-ledger", await readOutboxRecords(system.storage.store, "default"));
    await sign(system);
    await sweepLater(system);
    expect(system.machine.completed).toHaveLength(1);
    expect(new Set(alarmsOf(system))).toEqual(new Set(["outbox-not-read", "closed-without-release"]));
    const before = alarmsOf(system).length;
    await sweepLater(system);
    expect(alarmsOf(system).slice(before)).toContain("outbox-not-read");
  });

  test("sends a token again whose release was marked and broke off", async () => {
    const { system, requirement } = await buildApproved();
    await system.deliver("append-ledger", await readOutboxRecords(system.storage.store, "default"));
    await sign(system);
    const key = tokenKey("default", requirement.id);
    const [stored] = await system.storage.store.get([key]);
    const body = { ...stored?.body, released: { at: noon, status: "approved" } };
    await expectWritten(system.storage.store, [{ action: "put", key, body, expect: "anything" }]);
    await sweepLater(system);
    expect(system.machine.completed).toHaveLength(1);
  });

  test("seals 300 rows of one partition that no stream delivered, in blocks that fit", async () => {
    const system = buildSystem();
    for (let place = 0; place < 300; place += 1)
      await noteWrite(system, `entry-${String(place).padStart(3, "0")}`);
    await sweepLater(system);
    const blocks = await system.storage.ledger.blocks(0, 100);
    expect(blocks.map(({ entries }) => entries.length)).toEqual([45, 45, 45, 45, 45, 45, 30]);
    await sweepLater(system);
    await sweepLater(system);
    expect(await readBlocks(system)).toHaveLength(7);
  });

  test("comes back to rows that could not be sealed this time", async () => {
    let isContended = true;
    const system = buildSystem({
      wrap: ({ ledger, ...ports }) => ({
        ...ports,
        ledger: {
          last: () => ledger.last(),
          find: (entry) => ledger.find(entry),
          entriesOf: (requirement) => ledger.entriesOf(requirement),
          blockOf: (index) => ledger.blockOf(index),
          blocks: (from, limit) => ledger.blocks(from, limit),
          append: async (block) => (isContended ? "conflict" : ledger.append(block)),
        },
      }),
    });
    for (let place = 0; place < 60; place += 1) await noteWrite(system, `entry-${place}`);
    await sweepLater(system);
    isContended = false;
    await sweepLater(system);
    expect(await countEntries(system)).toBe(60);
  });

  test("passes over a row that can never be sealed, with an alarm, and seals those behind it", async () => {
    const system = buildSystem();
    const key = outboxKey("work", "default", run.id, noon, "broken");
    await expectWritten(system.storage.store, [{ action: "put", key, body: { v: 9 }, expect: "absent" }]);
    for (let place = 0; place < 100; place += 1) await noteWrite(system, `entry-${place}`, noon + 1 + place);
    await sweepLater(system);
    expect(await countEntries(system)).toBe(100);
    expect(system.log).toContainEqual({ level: "alarm", event: "outbox-row-unsealable", code: "malformed" });
  });

  test("starts the execution of a run that was stored and never started", async () => {
    const system = buildSystem();
    await expectWritten(system.storage.store, createRunWrites(run));
    await sweepLater(system);
    await sweepLater(system);
    expect(system.machine.executions).toEqual([
      { name: `${run.id}-1`, input: { tenant: "default", runId: run.id, epoch: 1 }, status: "RUNNING" },
    ]);
    expect(alarmsOf(system)).toEqual(["run-without-execution"]);
  });

  test("leaves a run alone that was stored a moment ago", async () => {
    const system = buildSystem();
    await expectWritten(system.storage.store, createRunWrites(run));
    await sweepLater(system, 30_000);
    expect(system.machine.executions).toEqual([]);
  });

  test.each(["FAILED", "TIMED_OUT", "ABORTED", "SUCCEEDED"] as const)(
    "adopts a run that outlived its execution, which %s",
    async (status) => {
      const system = buildSystem();
      await storeLiveRun(system, run, []);
      system.machine.end(`${run.id}-1`, status);
      await sweepLater(system);
      await sweepLater(system);
      expect(system.machine.executions.map(({ name }) => name)).toEqual([`${run.id}-1`, `${run.id}-2`]);
      expect(alarmsOf(system)).toEqual(["run-outlived-its-execution", "run-adopted"]);
    },
  );

  test("looks at the other runs too when one of them cannot be read", async () => {
    const system = buildSystem();
    const broken = buildRun({ id: "run_01m81j18g0041061050r3gg289" });
    await expectWritten(system.storage.store, createRunWrites(broken));
    await expectWritten(system.storage.store, [
      { action: "put", key: runKey("default", broken.id), body: { v: 2 }, expect: "anything" },
    ]);
    await expectWritten(system.storage.store, createRunWrites(run));
    await sweepLater(system);
    expect(system.machine.executions.map(({ name }) => name)).toEqual([`${builtRun}-1`]);
    expect(alarmsOf(system)).toEqual(["run-not-looked-at", "run-without-execution"]);
  });

  test("gets around to every live run, 200 a sweep", async () => {
    const system = buildSystem();
    const digits = "0123456789abcdefghjkmnpqrstvwxyz";
    const ids = Array.from({ length: 450 }, (_, place) => {
      const last = `${digits[Math.floor(place / 32)] ?? ""}${digits[place % 32] ?? ""}`;
      return `run_01m81j18g0041061050r3gg2${last}`;
    });
    for (const id of ids) await expectWritten(system.storage.store, createRunWrites(buildRun({ id })));
    const started: number[] = [];
    for (let sweeps = 0; sweeps < 3; sweeps += 1) {
      await sweepLater(system);
      started.push(system.machine.executions.length);
    }
    expect(started).toEqual([200, 400, 450]);
  });

  test("asks append-ledger for keys alone, table by table, and again while nothing came of it", async () => {
    const { system, requirement } = await buildApproved();
    const keysOf = async (table: string) =>
      (await readOutboxRecords(system.storage.store, "default"))
        .filter(({ key }) => key.table === table)
        .map(({ key }) => key);
    const asked = [
      ["append-ledger", { sealAgain: await keysOf("work") }],
      ["append-ledger", { sealAgain: await keysOf("decisions") }],
      ["resume-run", { releaseAgain: { tenant: "default", requirement: requirement.id } }],
    ];
    expect(await sweepUnanswered(system)).toEqual(asked);
    expect(await sweepUnanswered(system)).toEqual(asked);
    expect((await keysOf("work")).map((key) => Object.keys(key))).toEqual([["table", "partition", "sort"]]);
  });

  test("tells adopt-runs of an execution's end as EventBridge does", async () => {
    const system = buildSystem();
    await storeLiveRun(system, run, []);
    system.machine.end(`${run.id}-1`, "TIMED_OUT");
    const input = `{"tenant":"default","runId":"${run.id}","epoch":1}`;
    expect(await sweepUnanswered(system)).toEqual([
      ["adopt-runs", { detail: { name: `${run.id}-1`, status: "TIMED_OUT", input } }],
    ]);
  });

  test("goes on when what it asked for failed, with an alarm that says what and why", async () => {
    const { system, requirement } = await buildApproved();
    await system.deliver("append-ledger", await readOutboxRecords(system.storage.store, "default"));
    await sign(system);
    const sealed = await system.storage.sealToken("a token", "another requirement");
    const body = { v: 1, epoch: 1, retryCount: 0, sealed };
    await expectWritten(system.storage.store, [
      { action: "put", key: tokenKey("default", requirement.id), body, expect: "anything" },
    ]);
    const second = buildRun({ id: "run_01m81j18g0041061050r3gg289" });
    await expectWritten(system.storage.store, createRunWrites(second));
    await sweepLater(system);
    expect(system.log).toContainEqual({
      level: "alarm",
      event: "invocation-failed",
      code: "resume-run:token_not_opened",
    });
    expect(system.machine.executions.map(({ name }) => name)).toEqual([`${builtRun}-1`, `${second.id}-1`]);
  });

  test("has nothing to say about a system in order", async () => {
    const { system } = await buildApproved();
    await deliverAll(system);
    await sweepLater(system);
    await sweepLater(system);
    expect(system.log).toEqual([]);
    expect(system.machine.completed).toHaveLength(1);
  });
});

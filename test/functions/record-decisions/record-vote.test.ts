import { describe, expect, test } from "vitest";
import { recordVote } from "../../../functions/record-decisions/record-vote.ts";
import { StoreUnavailable } from "../../../shared/domain/errors.ts";
import type { Answer, Requirement } from "../../../shared/domain/requirement.ts";
import { decisionKey, requirementKey } from "../../../shared/records/keys.ts";
import { loadRequirement } from "../../../shared/records/requirement-records.ts";
import { breakOnce, breakPorts } from "../../builders/break-ports.ts";
import {
  buildRequirementOf,
  expectWritten,
  readOutbox,
  storeLiveRun,
  storePool,
} from "../../builders/build-live-run.ts";
import { buildRun } from "../../builders/build-run.ts";
import { buildMachinePrincipal, buildPrincipal } from "../../builders/build-principal.ts";
import { buildStage, noon } from "../../builders/build-requirement.ts";
import { buildSystem, type System } from "../../builders/build-system.ts";

const run = buildRun();
const requirement = buildRequirementOf(run, 0, { stages: [buildStage({ need: 2 })] });
const second = buildRequirementOf(run, 1, { stages: [buildStage({ need: 2 })] });
const { id } = requirement;
const aDay = 24 * 60 * 60 * 1_000;

async function buildAsked(options: Parameters<typeof buildSystem>[0] = {}): Promise<System> {
  const system = buildSystem(options);
  await storePool(system.storage.store, "default", "finance", ["fay", "flo"]);
  await storeLiveRun(system, run, [requirement, second]);
  return system;
}

interface Sent {
  readonly decision?: Answer;
  readonly digest?: string;
  readonly key?: string;
  readonly bodyHash?: string;
  readonly on?: Requirement;
}

async function vote(system: System, by: string, sent: Sent = {}): Promise<string> {
  const {
    decision = "approve",
    digest = requirement.digest,
    key,
    bodyHash = "b".repeat(64),
    on = requirement,
  } = sent;
  const answer = await recordVote(system.decisions, {
    principal: by === "ci" ? buildMachinePrincipal() : buildPrincipal(by),
    requirementId: on.id,
    proposal: { outcome: "read", decision, digest, asksForMore: false, channel: "api" },
    idempotency: key === undefined ? undefined : { key, route: "decisions", bodyHash },
  });
  return answer.outcome === "refused" ? answer.code : answer.requirement.status;
}

async function readEntries({ storage: { store } }: System, kind: string) {
  const rows = await readOutbox(store, "default");
  return rows.map(({ body }) => body).filter((entry) => entry["kind"] === kind);
}

async function readVotes({ storage: { store } }: System, on = requirement): Promise<readonly string[]> {
  const stored = (await loadRequirement(store, "default", on.id))?.value;
  return stored?.stages.flatMap(({ votes }) => votes.map(({ by }) => by as string)) ?? [];
}

describe("recording a vote", () => {
  test("stores vote, entry and requirement together", async () => {
    const system = await buildAsked();
    expect(await vote(system, "fay")).toBe("pending");
    expect(await vote(system, "flo")).toBe("approved");
    expect(await readVotes(system)).toEqual(["fay", "flo"]);
    expect(await readEntries(system, "decided")).toEqual([
      expect.objectContaining({
        id: `vote|${id}|v1|s0|fay`,
        decision: "approve",
        digest: requirement.digest,
      }),
      expect.objectContaining({
        id: `vote|${id}|v1|s0|flo`,
        decision: "approve",
        digest: requirement.digest,
      }),
    ]);
  });

  test("that nobody may give is refused and recorded once an hour", async () => {
    const system = await buildAsked();
    expect(await vote(system, "asker")).toBe("self_approval");
    expect(await vote(system, "asker")).toBe("self_approval");
    system.clock.set(noon + 60 * 60 * 1_000);
    expect(await vote(system, "asker")).toBe("self_approval");
    const refused = await readEntries(system, "refused");
    expect(refused.map(({ code, actor }) => ({ code, actor }))).toEqual([
      { code: "self_approval", actor: { kind: "person", subject: "asker" } },
      { code: "self_approval", actor: { kind: "person", subject: "asker" } },
    ]);
    expect(await readVotes(system)).toEqual([]);
  });

  test("by a machine is refused", async () => {
    expect(await vote(await buildAsked(), "ci")).toBe("machine_token");
  });

  test.each(["before", "after"] as const)(
    "that broke off %s its effect counts once when it is repeated with its key",
    async (when) => {
      const system = await buildAsked({ wrap: breakOnce("store.write", when) });
      await expect(vote(system, "fay", { key: "key-1" })).rejects.toThrow(StoreUnavailable);
      expect(await vote(system, "fay", { key: "key-1" })).toBe("pending");
      expect(await readVotes(system)).toEqual(["fay"]);
      expect(await readEntries(system, "decided")).toHaveLength(1);
    },
  );

  test("that took effect unheard is a duplicate when it is repeated without a key", async () => {
    const system = await buildAsked({ wrap: breakOnce("store.write", "after") });
    await expect(vote(system, "fay")).rejects.toThrow(StoreUnavailable);
    expect(await vote(system, "fay")).toBe("duplicate_vote");
    expect(await readVotes(system)).toEqual(["fay"]);
  });

  test("with a key that came with another body is a conflict", async () => {
    const system = await buildAsked();
    await vote(system, "fay", { key: "key-1" });
    expect(await vote(system, "fay", { key: "key-1", bodyHash: "c".repeat(64) })).toBe(
      "idempotency_conflict",
    );
  });

  test("with a key is judged anew after 24 hours, though nothing was cleaned up", async () => {
    const system = await buildAsked();
    await vote(system, "fay", { key: "key-1" });
    system.clock.set(noon + aDay - 1);
    expect(await vote(system, "fay", { key: "key-1" })).toBe("pending");
    system.clock.set(noon + aDay);
    expect(await vote(system, "fay", { key: "key-1" })).toBe("duplicate_vote");
  });

  test("with a key that ran out can be one that counts", async () => {
    const system = await buildAsked();
    expect(await vote(system, "fay", { key: "key-1" })).toBe("pending");
    system.clock.set(noon + aDay);
    expect(await vote(system, "fay", { key: "key-1", on: second })).toBe("pending");
    expect(await vote(system, "fay", { key: "key-1", on: second })).toBe("pending");
    expect(await readVotes(system, second)).toEqual(["fay"]);
  });

  test("is judged anew when the pool changed between the judgement and the write", async () => {
    let change: (() => Promise<void>) | undefined;
    const system = await buildAsked({
      wrap: (ports) =>
        breakPorts(ports, async (call) => {
          if (call === "store.write") {
            await change?.();
            change = undefined;
          }
          return undefined;
        }),
    });
    change = () => storePool(system.storage.store, "default", "finance", ["flo"]);
    expect(await vote(system, "fay")).toBe("not_found");
    expect(await readVotes(system)).toEqual([]);
  });

  test("fits into its transaction when there are 300 pools", async () => {
    const system = await buildAsked();
    for (let place = 0; place < 300; place += 1)
      await storePool(system.storage.store, "default", `pool-${place}`, ["fay"]);
    expect(await vote(system, "fay")).toBe("pending");
  });

  test("is not given by somebody whose vote already stands, whatever the requirement says of it", async () => {
    const system = await buildAsked();
    const key = decisionKey("default", id, 1, "fay");
    await expectWritten(system.storage.store, [{ action: "put", key, body: { v: 1 }, expect: "absent" }]);
    expect(await vote(system, "fay")).toBe("check_failed");
    expect(await readVotes(system)).toEqual([]);
    expect(system.log).toEqual([{ level: "alarm", event: "vote-contended", requirement: id }]);
  });

  test("on a requirement that cannot be read changes nothing", async () => {
    const system = await buildAsked();
    const key = requirementKey("default", id);
    const body = { ...requirement, status: "half" };
    await expectWritten(system.storage.store, [{ action: "put", key, body, expect: "anything" }]);
    await expect(vote(system, "fay")).rejects.toThrow(`is not readable at "status"`);
    expect((await system.storage.store.get([key]))[0]?.body).toMatchObject({ status: "half" });
  });

  test("that is refused stays refused when the refusal cannot be recorded", async () => {
    const system = await buildAsked({ wrap: breakOnce("store.write", "before") });
    expect(await vote(system, "fay", { digest: "0".repeat(64) })).toBe("stale_digest");
    expect(system.log).toEqual([
      { level: "alarm", event: "refusal-not-recorded", requirement: id, code: "stale_digest" },
    ]);
  });
});

import { describe, expect, test } from "vitest";
import { restartsSchema } from "../../agents/support/tables.ts";
import { StoreUnavailable } from "../../shared/domain/errors.ts";
import { runIdSchema } from "../../shared/domain/ids.ts";
import type { AppendedEntry } from "../../shared/ports/ledger-store.ts";
import { vaultKey } from "../../shared/records/keys.ts";
import { disclosureViewSchema, entryListSchema } from "../../shared/wire/api.ts";
import type { LedgerEntry } from "../../shared/wire/ledger-entry.ts";
import { sha256 } from "../builders/sha256.ts";
import {
  approve,
  askOne,
  callLine,
  cancel,
  decide,
  only,
  readRequirement,
  refundInput,
  refundSentence,
  untilAsked,
  untilRun,
  withdraw,
} from "./play.ts";
import { startStory, type Story } from "./start-story.ts";

/** Entries that name the one before them and are none that another one comes after. */
const beside: ReadonlySet<string> = new Set(["viewed", "refused"]);

async function readEntries(story: Story, requirement: string): Promise<readonly AppendedEntry[]> {
  await story.dev.system.events.dispatcher.idle();
  return story.ports.ledger.entriesOf(requirement);
}

/** The ids of the chain from its beginning; throws where an entry names another than the one before it. */
function followChain(entries: readonly AppendedEntry[]): readonly string[] {
  const chain: string[] = [];
  for (const { entry } of entries) {
    const isNamed = entry.prev === undefined ? entry.kind === "requested" : chain.includes(entry.prev);
    if (!isNamed) throw new Error(`${entry.id} comes after ${entry.prev ?? "nothing"}.`);
    if (beside.has(entry.kind)) continue;
    if (entry.prev !== chain.at(-1)) throw new Error(`${entry.id} leaves ${chain.at(-1) ?? ""} out.`);
    chain.push(entry.id);
  }
  return chain.map((id) => id.split("|")[0] ?? id);
}

describe("every entry about a requirement names the one before it", () => {
  const stories: readonly {
    readonly what: string;
    readonly play: (
      story: Story,
      run: string,
      requirement: Awaited<ReturnType<typeof askOne>>["requirement"],
    ) => Promise<unknown>;
    readonly ends: "completed" | "cancelled";
    readonly chain: readonly string[];
  }[] = [
    {
      what: "a refund that was approved, looked at and refused to others meanwhile",
      play: async (story, _run, requirement) => {
        await decide(story, "finance-1", requirement);
        await approve(story, requirement, "asker");
        await readRequirement(story, requirement.id, "finance-2");
        await approve(story, requirement, "finance-1");
      },
      ends: "completed",
      chain: ["requested", "vote", "vote", "executed"],
    },
    {
      what: "a refund that was rejected",
      play: async (story, _run, requirement) => {
        await approve(story, requirement, "asker");
        await decide(story, "finance-1", requirement, { decision: "reject", comment: "not yet" });
      },
      ends: "completed",
      chain: ["requested", "vote", "vote", "executed"],
    },
    {
      what: "a refund that was taken back",
      play: (story, _run, requirement) => withdraw(story, "asker", requirement),
      ends: "completed",
      chain: ["requested", "withdrawn", "executed"],
    },
    {
      what: "a refund that was cancelled between its stages",
      play: async (story, run, requirement) => {
        await approve(story, requirement, "asker");
        await cancel(story, "asker", run);
      },
      ends: "cancelled",
      chain: ["requested", "vote", "cancelled", "executed"],
    },
    {
      what: "a refund that nobody decided",
      play: (story) => story.advance(7 * 24 * 60 * 60_000),
      ends: "completed",
      chain: ["requested", "expired", "executed"],
    },
  ];

  test.for(stories)("$what", async ({ play, ends, chain }) => {
    await using story = await startStory();
    const { run, requirement } = await askOne(story, refundSentence);
    await play(story, run, requirement);
    await untilRun(story, run, ends);
    expect(followChain(await readEntries(story, requirement.id))).toEqual(chain);
  });

  test("a restart in doubt that people let run again", async () => {
    let losses = 0;
    await using story = await startStory({
      wrapPorts: (ports) => ({
        ...ports,
        store: {
          get: (keys) => ports.store.get(keys),
          query: (range) => ports.store.query(range),
          async write(actions) {
            const isResult = actions.some(
              (action) =>
                action.action === "put" &&
                action.key.table === "executions" &&
                action.body["status"] === "succeeded",
            );
            if (!isResult || losses === 5) return ports.store.write(actions);
            losses += 1;
            throw new StoreUnavailable("The disk is away.");
          },
        },
      }),
    });
    const { run, requirement } = await askOne(story, callLine("restart_service", { service: "checkout" }));
    await approve(story, requirement, "asker");
    await untilRun(story, run, ({ requirements }) => requirements[0]?.execution?.status === "running");
    for (let minutes = 0; minutes < 4; minutes += 1) await story.advance(60_000);
    const { id, digest } = only(await untilAsked(story, run));
    const body = { digest, answers: { outcome: "run-again" } };
    expect((await story.send("asker", "POST", `/requirements/${id}/answers`, { body })).status).toBe(200);
    await untilRun(story, run, "completed");
    const asked = ["requested", "vote", "in-doubt", "executed"];
    expect(followChain(await readEntries(story, requirement.id))).toEqual(asked);
    expect(followChain(await readEntries(story, id))).toEqual(["requested", "vote"]);
    const { items } = await story.ports.store.query({
      table: "agent-support",
      partition: "default#restarts",
      order: "ascending",
      limit: 10,
    });
    expect(items.flatMap((item) => restartsSchema.parse(item.body).restarts)).toHaveLength(2);
  });
});

/** A refund that finance approved with a comment, and the places of its entries. */
async function playRefund(story: Story) {
  const { run, requirement } = await askOne(story, refundSentence);
  await approve(story, requirement, "asker");
  await decide(story, "finance-1", requirement, { decision: "approve", comment: "€250, as agreed" });
  await untilRun(story, run, "completed");
  const entries = await readEntries(story, requirement.id);
  const indexOf = (kind: LedgerEntry["kind"]) =>
    entries.find(({ entry }) => entry.kind === kind)?.index ?? -1;
  return { run: runIdSchema.parse(run), requirement, entries, indexOf };
}

function disclose(story: Story, index: number | string, who = "auditor") {
  return story.send(who, "POST", `/ledger/entries/${index}/disclose`);
}

async function readAccesses(story: Story): Promise<readonly LedgerEntry[]> {
  await story.dev.system.events.dispatcher.idle();
  const { body } = await story.send("auditor", "GET", "/ledger/entries?kind=access&limit=200");
  return entryListSchema.parse(body).items.map(({ entry }) => entry);
}

describe("what entries commit to", () => {
  test("is opened for an auditor by salt and value, and the access is on record once an hour", async () => {
    await using story = await startStory();
    const { run, entries, indexOf } = await playRefund(story);
    const values: Record<string, unknown> = {};
    for (const kind of ["requested", "decided", "executed"] as const) {
      const { status, body } = await disclose(story, indexOf(kind));
      expect(status).toBe(200);
      const { index, disclosures } = disclosureViewSchema.parse(body);
      const sealed = entries.find((entry) => entry.index === index)?.entry.commitments;
      expect(Object.fromEntries(disclosures.map(({ name, commitment }) => [name, commitment]))).toEqual(
        sealed,
      );
      expect(disclosures.every(({ opens }) => opens)).toBe(true);
      values[kind] = Object.fromEntries(disclosures.map(({ name, value }) => [name, value]));
    }
    expect(values).toEqual({
      requested: { input: refundInput },
      decided: {
        input: refundInput,
        comment: "€250, as agreed",
        members: { finance: ["finance-1", "finance-2", "finance-3"] },
      },
      executed: { result: expect.objectContaining({ amount: "250.00" }) as unknown },
    });
    await disclose(story, indexOf("decided"));
    const accesses = await readAccesses(story);
    const told = accesses.map(({ actor, about, run: of }) => [actor.subject, about?.kind, about?.id, of]);
    const places = ["requested", "decided", "executed"] as const;
    expect(told).toEqual(places.map((kind) => ["auditor", "entry", String(indexOf(kind)), run]));
    await story.advance(60 * 60_000);
    await disclose(story, indexOf("decided"));
    expect(await readAccesses(story)).toHaveLength(4);
  });

  test("opens by hand, as docs/verify.md says", async () => {
    await using story = await startStory();
    const { indexOf } = await playRefund(story);
    const { body } = await disclose(story, indexOf("decided"));
    const comment = disclosureViewSchema.parse(body).disclosures.find(({ name }) => name === "comment");
    const salt = Buffer.from(comment?.salt ?? "", "hex");
    expect(salt).toHaveLength(32);
    expect(sha256(Buffer.concat([salt, Buffer.from('"€250, as agreed"')]))).toBe(comment?.commitment);
  });

  test("is given to nobody but auditors, and never unrecorded", async () => {
    let isAway = false;
    await using story = await startStory({
      wrapPorts: (ports) => ({
        ...ports,
        store: {
          get: (keys) => ports.store.get(keys),
          query: (range) => ports.store.query(range),
          async write(actions) {
            if (isAway && actions.some(({ key }) => key.table === "observations"))
              throw new StoreUnavailable("The disk is away.");
            return ports.store.write(actions);
          },
        },
      }),
    });
    const { indexOf, requirement } = await playRefund(story);
    const index = indexOf("decided");
    for (const who of ["asker", "finance-1", "admin", "service"])
      expect((await disclose(story, index, who)).code).toBe("not_found");
    expect((await disclose(story, 9_999)).code).toBe("not_found");
    expect((await disclose(story, "01")).code).toBe("not_found");
    const fields = await story.send("auditor", "POST", `/ledger/entries/${index}/disclose`, {
      body: { why: "curious" },
    });
    expect(fields.code).toBe("invalid_input");
    expect(await readAccesses(story)).toEqual([]);
    isAway = true;
    const refused = await disclose(story, index);
    expect([refused.status, refused.code]).toEqual([503, "check_failed"]);
    expect(JSON.stringify(refused.body)).not.toContain("as agreed");
    // A look at the card is shown all the same, with an alarm.
    expect((await story.send("finance-2", "GET", `/requirements/${requirement.id}`)).status).toBe(200);
    expect(story.lines.filter((line) => line.includes("view-not-recorded"))).toHaveLength(1);
  });

  test("opens for nobody once the run's key is erased, and the entries stand", async () => {
    await using story = await startStory();
    const { run, requirement, entries, indexOf } = await playRefund(story);
    const key = vaultKey("default", run);
    const body = { v: 1, status: "erased", at: 1 };
    await story.ports.store.write([{ action: "put", key, body, expect: "anything" }]);
    const refused = await disclose(story, indexOf("decided"));
    expect([refused.status, refused.code]).toEqual([410, "erased"]);
    expect(await readAccesses(story)).toEqual([]);
    expect(await readEntries(story, requirement.id)).toEqual(entries);
  });

  test("is not what the row says any more when the row was altered, and an alarm says so", async () => {
    await using story = await startStory();
    const { requirement, indexOf } = await playRefund(story);
    const partition = `req#default#${requirement.id}`;
    const range = { table: "decisions", partition, order: "ascending", limit: 10 } as const;
    const { items } = await story.ports.store.query(range);
    const vote = items.find((item) => item.body["by"] === "finance-1");
    if (vote === undefined) throw new Error("There is no vote of finance-1.");
    const altered = { ...vote.body, members: { finance: ["finance-1"] } };
    await story.ports.store.write([{ action: "put", key: vote.key, body: altered, expect: "anything" }]);
    const { disclosures } = disclosureViewSchema.parse((await disclose(story, indexOf("decided"))).body);
    expect(disclosures.map(({ name, opens }) => [name, opens])).toEqual([
      ["input", true],
      ["comment", true],
      ["members", false],
    ]);
    expect(story.lines.filter((line) => line.includes("commitment-not-opened"))).toHaveLength(1);
  });
});

test("who looked at a requirement is sealed once per person and hour, and machines leave no views", async () => {
  await using story = await startStory();
  const { requirement } = await askOne(story, refundSentence);
  for (const who of ["finance-1", "finance-1", "auditor", "service"])
    await story.send(who, "GET", `/requirements/${requirement.id}`);
  await story.advance(60 * 60_000);
  await story.send("finance-1", "GET", `/requirements/${requirement.id}`);
  const entries = await readEntries(story, requirement.id);
  const views = entries.filter(({ entry }) => entry.kind === "viewed").map(({ entry }) => entry);
  expect(views.map(({ actor }) => actor.subject)).toEqual(["finance-1", "auditor", "finance-1"]);
  expect(new Set(views.map(({ prev }) => prev))).toEqual(new Set([`requested|${requirement.id}|v1`]));
});

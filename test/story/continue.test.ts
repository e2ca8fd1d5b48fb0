import { describe, expect, test } from "vitest";
import { continuedViewSchema } from "../../shared/wire/api.ts";
import {
  approve,
  askOne,
  callLine,
  decide,
  readOrder,
  readRequirement,
  readTable,
  refundInput,
  refundSentence,
  startRun,
  untilAsked,
  untilRun,
} from "./play.ts";
import { readRefused } from "./refused-records.ts";
import { startStory, type Story, type Who } from "./start-story.ts";

interface Named {
  readonly id: string;
  readonly digest: string;
}

const approval = ({ id, digest }: Named) => ({ id, decision: "approve", digest });

async function continueRun(story: Story, who: Who, run: string, ...requirements: readonly unknown[]) {
  return story.send(who, "POST", `/runs/${run}/continue`, { body: { requirements } });
}

/** Status and code of each entry, as `<status> <code>`. */
async function verdictsOf(story: Story, who: Who, run: string, ...requirements: readonly unknown[]) {
  const { status, body } = await continueRun(story, who, run, ...requirements);
  expect(status).toBe(200);
  return continuedViewSchema
    .parse(body)
    .results.map(({ status: each, code }) => (code === undefined ? `${each}` : `${each} ${code}`));
}

describe("continuing a run", () => {
  test("decides several requirements at once, each by its own digest, and the run goes on", async () => {
    await using story = await startStory();
    const restart = callLine("restart_service", { service: "checkout" });
    const run = await startRun(story, `${callLine("issue_refund", refundInput)}\n${restart}`);
    const asked = await untilAsked(story, run);
    expect(await verdictsOf(story, "asker", run, ...asked.map(approval))).toEqual(["200", "200"]);
    const refund = asked.find(({ tool }) => tool === "issue_refund");
    if (refund === undefined) throw new Error("No refund was asked for.");
    await untilRun(story, run, "paused");
    expect(await verdictsOf(story, "finance-1", run, approval(refund))).toEqual(["200"]);
    await untilRun(story, run, "completed");
    expect((await readOrder(story, "1042")).refunds).toHaveLength(1);
  });

  test("judges each entry alone, exactly as its own route would", async () => {
    await using story = await startStory();
    const email = (subject: string) => callLine("send_email", { to: "a@b.example", subject, body: "x" });
    const run = await startRun(story, ["1", "2", "3", "4"].map(email).join("\n"));
    const [first, second, third, fourth] = await untilAsked(story, run);
    if (!first || !second || !third || !fourth) throw new Error("Four were asked for.");
    const entries = [
      { ...approval(first), digest: second.digest },
      { ...approval(second), by: "asker" },
      {
        id: third.id,
        digest: third.digest,
        decision: "edit",
        input: { to: "x@y.example", subject: "x", body: "x" },
      },
      { id: third.id, digest: third.digest, answers: { outcome: "happened" } },
      { id: third.id, digest: third.digest, status: "succeeded", result: "It ran." },
      { id: third.id },
      { ...approval(fourth), decision: "reject" },
      approval(fourth),
      { id: "req_of_nothing" },
    ];
    expect(await verdictsOf(story, "asker", run, ...entries)).toEqual([
      "409 stale_digest",
      "422 invalid_input",
      "422 decision_not_allowed",
      "422 decision_not_allowed",
      "422 invalid_input",
      "422 invalid_input",
      "200",
      "409 already_decided",
      "404 not_found",
    ]);
    for (const { id } of [first, second, third]) {
      expect(await readRequirement(story, id)).toMatchObject({
        status: "pending",
        stages: [{ decisions: [] }],
      });
    }
    expect(await readRefused(story, third.id)).toEqual(["asker decision_not_allowed", "asker invalid_input"]);
    expect(await readTable(story, "outbox")).toEqual([]);
  });

  test("with a bad envelope changes nothing, however good an entry of it is", async () => {
    await using story = await startStory();
    const { run, requirement } = await askOne(story, refundSentence);
    const good = approval(requirement);
    const bodies: readonly unknown[] = [
      {},
      [],
      { requirements: [] },
      { requirements: good },
      { requirements: [good, null] },
      { requirements: [good, "approve"] },
      { requirements: [good, { decision: "approve" }] },
      { requirements: [good, { ...good, id: 7 }] },
      { requirements: [good], as: "finance-1" },
      { requirements: Array.from({ length: 51 }, () => good) },
    ];
    for (const body of bodies) {
      const { code } = await story.send("asker", "POST", `/runs/${run}/continue`, { body });
      expect([body, code]).toEqual([body, "invalid_input"]);
    }
    const wrongChannel = { body: { requirements: [good] }, headers: { "x-countersign-channel": "phone" } };
    expect((await story.send("asker", "POST", `/runs/${run}/continue`, wrongChannel)).code).toBe(
      "invalid_input",
    );
    expect(await readRequirement(story, requirement.id)).toEqual(requirement);
  });
});

describe("a forged continuation", () => {
  test("does not take the pool's decision from the asker, nor the asker's from the pool", async () => {
    await using story = await startStory();
    const { run, requirement } = await askOne(story, refundSentence);
    expect(await verdictsOf(story, "finance-1", run, approval(requirement))).toEqual(["409 stage_not_open"]);
    await approve(story, requirement, "asker");
    expect(await verdictsOf(story, "asker", run, approval(requirement))).toEqual(["403 self_approval"]);
    expect(await verdictsOf(story, "auditor", run, approval(requirement))).toEqual(["403 not_eligible"]);
    expect(await verdictsOf(story, "admin", run, approval(requirement))).toEqual(["404 not_found"]);
    for (const who of ["asker-2", "ops-1", "outsider"]) {
      expect((await continueRun(story, who, run, approval(requirement))).code).toBe("not_found");
    }
    expect((await continueRun(story, "service", run, approval(requirement))).code).toBe("machine_token");
    expect((await readOrder(story, "1042")).refunds).toEqual([]);
    expect(await readRequirement(story, requirement.id)).toMatchObject({
      status: "pending",
      stages: [{ got: 1 }, { got: 0 }],
    });
  });

  test("does not reach into another run, though the person could decide there", async () => {
    await using story = await startStory();
    const one = await askOne(story, refundSentence);
    const other = await askOne(story, refundSentence);
    expect(await verdictsOf(story, "asker", one.run, approval(other.requirement))).toEqual(["404 not_found"]);
    expect(await readRequirement(story, other.requirement.id)).toEqual(other.requirement);
    const mixed = { ...approval(one.requirement), digest: other.requirement.digest };
    expect(await verdictsOf(story, "asker", one.run, mixed)).toEqual(["409 stale_digest"]);
  });

  test("does not revive what was rejected, expired or cancelled", async () => {
    await using story = await startStory();
    const rejected = await askOne(story, refundSentence);
    await decide(story, "asker", rejected.requirement, "reject");
    const cancelled = await askOne(story, refundSentence);
    await story.send("asker", "POST", `/runs/${cancelled.run}/cancel`);
    const expired = await askOne(story, refundSentence);
    await story.advance(7 * 24 * 3_600_000);
    for (const { run, requirement } of [rejected, cancelled, expired]) {
      await untilRun(story, run, ({ status }) => status === "completed" || status === "cancelled");
      const before = await readRequirement(story, requirement.id);
      for (const who of ["asker", "finance-1"]) {
        expect((await continueRun(story, who, run, approval(requirement))).code).toBe("run_not_paused");
        const keyed = {
          body: { requirements: [approval(requirement)] },
          headers: { "idempotency-key": "again" },
        };
        expect((await story.send(who, "POST", `/runs/${run}/continue`, keyed)).code).toBe("run_not_paused");
      }
      expect(await readRequirement(story, requirement.id)).toEqual(before);
    }
    expect((await readOrder(story, "1042")).refunds).toEqual([]);
  });

  test("of a rejected one beside one that still waits is refused as already decided", async () => {
    await using story = await startStory();
    const restart = callLine("restart_service", { service: "checkout" });
    const run = await startRun(story, `${callLine("issue_refund", refundInput)}\n${restart}`);
    const [refund, waiting] = await untilAsked(story, run);
    if (refund === undefined || waiting === undefined) throw new Error("Two were asked for.");
    await decide(story, "asker", refund, "reject");
    expect(await verdictsOf(story, "finance-1", run, approval(refund))).toEqual(["409 already_decided"]);
    expect((await readOrder(story, "1042")).refunds).toEqual([]);
  });
});

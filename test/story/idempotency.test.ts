import { describe, expect, test } from "vitest";
import { continuedViewSchema, runViewSchema } from "../../shared/wire/api.ts";
import {
  approve,
  askOne,
  callLine,
  cancel,
  decide,
  readOrder,
  readRequirement,
  refundSentence,
  untilRun,
} from "./play.ts";
import { startStory, type Story, type Who } from "./start-story.ts";

const keyed = (key: string) => ({ "idempotency-key": key });

async function start(story: Story, who: Who, key: string, input: string) {
  const { code, body } = await story.send(who, "POST", "/agents/support/runs", {
    body: { input },
    headers: keyed(key),
  });
  return code ?? runViewSchema.parse(body).id;
}

function times<T>(n: number, make: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: n }, make));
}

describe("a start under an Idempotency-Key", () => {
  test("happens once, however often and however fast it is sent", async () => {
    await using story = await startStory();
    const ids = await times(20, () => start(story, "asker", "k1", refundSentence));
    expect(new Set(ids).size).toBe(1);
    expect(await start(story, "asker", "k1", refundSentence)).toBe(ids[0]);
    const { body } = await story.send("auditor", "GET", "/runs");
    expect(body).toMatchObject({ items: [{ id: ids[0] }], nextCursor: null });
  });

  test("is the caller's own, and another body under it is refused", async () => {
    await using story = await startStory();
    const first = await start(story, "asker", "k1", refundSentence);
    expect(await start(story, "asker", "k1", "Look up order 1042")).toBe("idempotency_conflict");
    const other = await start(story, "asker-2", "k1", refundSentence);
    expect(other).toMatch(/^run_/);
    expect(other).not.toBe(first);
    expect(await start(story, "asker", "k2", refundSentence)).not.toBe(first);
  });

  test("sent with two bodies at once starts one of them", async () => {
    await using story = await startStory();
    const inputs = ["Look up order 1001", "Look up order 1002"];
    const answers = await Promise.all(inputs.map((input) => start(story, "asker", "k1", input)));
    expect(answers.filter((answer) => answer === "idempotency_conflict")).toHaveLength(1);
  });

  test("means something new after 24 hours", async () => {
    await using story = await startStory();
    const first = await start(story, "asker", "k1", refundSentence);
    await story.advance(24 * 3_600_000 - 60_000);
    expect(await start(story, "asker", "k1", refundSentence)).toBe(first);
    await story.advance(60_000);
    expect(await start(story, "asker", "k1", refundSentence)).not.toBe(first);
  });
});

describe("a decision under an Idempotency-Key", () => {
  test("is answered again as it was, and counts once", async () => {
    await using story = await startStory();
    const input = { customerId: "cus_7", reason: "asked to be forgotten" };
    const { requirement } = await askOne(story, callLine("delete_customer_data", input));
    const answers = await times(20, () => decide(story, "ops-1", requirement, "approve", keyed("k1")));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect((await decide(story, "ops-1", requirement, "approve", keyed("k2"))).code).toBe("duplicate_vote");
    expect((await readRequirement(story, requirement.id)).stages[0]).toMatchObject({
      got: 1,
      status: "open",
    });
  });

  test("is the same when its keys stand in another order, and a conflict when it says something else", async () => {
    await using story = await startStory();
    const { requirement } = await askOne(story, refundSentence);
    const { id, digest } = requirement;
    expect((await decide(story, "asker", requirement, "approve", keyed("k1"))).status).toBe(200);
    const turned = { text: `{ "digest":"${digest}", "decision":"approve" }`, headers: keyed("k1") };
    expect((await story.send("asker", "POST", `/requirements/${id}/decisions`, turned)).status).toBe(200);
    expect((await decide(story, "asker", requirement, "reject", keyed("k1"))).code).toBe(
      "idempotency_conflict",
    );
    expect(
      (await decide(story, "asker", requirement, { decision: "approve", comment: "x" }, keyed("k1"))).code,
    ).toBe("idempotency_conflict");
    expect((await readRequirement(story, id)).stages.map(({ got }) => got)).toEqual([1, 0]);
  });

  test("is nobody else's: the key opens nothing for a stranger or a colleague", async () => {
    await using story = await startStory();
    const { run, requirement } = await askOne(story, refundSentence);
    await decide(story, "asker", requirement, "approve", keyed("k1"));
    expect((await decide(story, "outsider", requirement, "approve", keyed("k1"))).code).toBe("not_found");
    expect((await decide(story, "auditor", requirement, "approve", keyed("k1"))).code).toBe("not_eligible");
    expect((await decide(story, "finance-1", requirement, "approve", keyed("k1"))).status).toBe(200);
    await untilRun(story, run, "completed");
    expect((await readOrder(story, "1042")).refunds).toHaveLength(1);
  });

  test("that was refused may be sent again once it is right", async () => {
    await using story = await startStory();
    const { requirement } = await askOne(story, refundSentence);
    expect((await decide(story, "finance-1", requirement, "approve", keyed("k1"))).code).toBe(
      "stage_not_open",
    );
    await approve(story, requirement, "asker");
    expect((await decide(story, "finance-1", requirement, "approve", keyed("k1"))).status).toBe(200);
  });

  test("is honoured in a continuation, also once the run waits no more", async () => {
    await using story = await startStory();
    const { run, requirement } = await askOne(story, callLine("restart_service", { service: "checkout" }));
    const sent = {
      body: { requirements: [{ id: requirement.id, decision: "approve", digest: requirement.digest }] },
      headers: keyed("k1"),
    };
    const path = `/runs/${run}/continue`;
    expect((await story.send("asker", "POST", path, sent)).status).toBe(200);
    await untilRun(story, run, "completed");
    const again = continuedViewSchema.parse((await story.send("asker", "POST", path, sent)).body);
    expect(again.results).toEqual([{ id: requirement.id, status: 200 }]);
    expect((await story.send("asker", "POST", path, { body: sent.body })).code).toBe("run_not_paused");
  });
});

describe("taking back and cancelling under an Idempotency-Key", () => {
  test("are answered again as they were", async () => {
    await using story = await startStory();
    const { run, requirement } = await askOne(story, refundSentence);
    const path = `/requirements/${requirement.id}/withdraw`;
    const answers = await times(10, () => story.send("asker", "POST", path, { headers: keyed("k1") }));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    expect((await story.send("asker", "POST", path, { headers: keyed("k2") })).code).toBe("cancelled");
    expect((await story.send("auditor", "POST", path, { headers: keyed("k1") })).code).toBe("cancelled");
    await untilRun(story, run, "completed");
    expect((await story.send("asker", "POST", path, { headers: keyed("k1") })).status).toBe(200);

    const other = await askOne(story, refundSentence);
    expect((await cancel(story, "asker", other.run)).status).toBe(200);
    await untilRun(story, other.run, "cancelled");
    const again = { headers: keyed("k1") };
    expect((await story.send("asker", "POST", `/runs/${other.run}/cancel`, again)).status).toBe(200);
  });
});

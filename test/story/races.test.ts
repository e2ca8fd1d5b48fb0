import { describe, expect, test } from "vitest";
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
  withdraw,
} from "./play.ts";
import { type Answer, startStory } from "./start-story.ts";

/** How often each answer was given, as `<status> <code>`. */
function count(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, code } of answers) {
    const verdict = code === undefined ? `${status}` : `${status} ${code}`;
    counts[verdict] = (counts[verdict] ?? 0) + 1;
  }
  return counts;
}

/** Who races whom; an empty pair stands for all four. */
const pairs = [[], [0, 1], [0, 2], [0, 3], [1, 0], [1, 2], [1, 3], [2, 0], [2, 1], [3, 0], [3, 1]] as const;

/** Outcome, what became of the call, and what the pool said. */
const consistent = [
  "approved, ran, approve",
  "approved, did not run, approve",
  "rejected, did not run, reject",
  "cancelled, did not run",
];

function times<T>(n: number, make: (place: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: n }, (_, place) => make(place)));
}

describe("in the same moment", () => {
  test("50 approvals by one person are one vote and one refund", async () => {
    await using story = await startStory();
    const { run, requirement } = await askOne(story, refundSentence);
    await approve(story, requirement, "asker");
    const answers = await times(50, () => decide(story, "finance-1", requirement));
    expect(count(answers)).toEqual({ "200": 1, "409 already_decided": 49 });
    await untilRun(story, run, "completed");
    expect((await readOrder(story, "1042")).refunds).toHaveLength(1);
    expect((await readRequirement(story, requirement.id)).stages[1]?.decisions).toHaveLength(1);
  });

  test("50 approvals by three people are one vote and one refund", async () => {
    await using story = await startStory();
    const { run, requirement } = await askOne(story, refundSentence);
    await approve(story, requirement, "asker");
    const answers = await times(50, (place) => decide(story, `finance-${1 + (place % 3)}`, requirement));
    expect(count(answers)).toEqual({ "200": 1, "409 already_decided": 49 });
    await untilRun(story, run, "completed");
    expect((await readOrder(story, "1042")).refunds).toHaveLength(1);
  });

  test("50 votes where two are needed are two people's, one each", async () => {
    await using story = await startStory();
    const input = { customerId: "cus_4", reason: "asked to be forgotten" };
    const { run, requirement } = await askOne(story, callLine("delete_customer_data", input));
    const answers = await times(50, (place) => decide(story, `ops-${1 + (place % 2)}`, requirement));
    const { "200": votes, "409 already_decided": late = 0, "409 duplicate_vote": again = 0 } = count(answers);
    expect([votes, late + again]).toEqual([2, 48]);
    await untilRun(story, run, "completed");
    const { stages, execution } = await readRequirement(story, requirement.id);
    expect(stages[0]?.decisions.map(({ by }) => by).toSorted()).toEqual(["ops-1", "ops-2"]);
    expect(execution?.status).toBe("succeeded");
  });

  test("50 votes by one person where two people are needed are one vote", async () => {
    await using story = await startStory();
    const input = { customerId: "cus_9", reason: "asked to be forgotten" };
    const { requirement } = await askOne(story, callLine("delete_customer_data", input));
    const answers = await times(50, () => decide(story, "ops-1", requirement));
    expect(count(answers)).toEqual({ "200": 1, "409 duplicate_vote": 49 });
    expect(await readRequirement(story, requirement.id)).toMatchObject({
      status: "pending",
      stages: [{ got: 1 }],
    });
  });

  test("the whole story by everybody at once ends with each stage decided once", async () => {
    await using story = await startStory();
    const { run, requirement } = await askOne(story, refundSentence);
    const everybody = ["asker", "finance-1", "finance-2", "outsider", "auditor", "ops-1"];
    const answers = (await times(10, () => times(6, (k) => decide(story, everybody[k], requirement)))).flat();
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    if ((await readRequirement(story, requirement.id)).status === "pending") {
      await approve(story, requirement, "finance-1");
    }
    await untilRun(story, run, "completed");
    const { stages } = await readRequirement(story, requirement.id);
    expect(stages.map(({ decisions }) => decisions.length)).toEqual([1, 1]);
    expect((await readOrder(story, "1042")).refunds).toHaveLength(1);
  });

  test("approve, reject, cancel and withdraw leave one outcome, and what happened is what it says", async () => {
    await using story = await startStory();
    const outcomes: Record<string, number> = {};
    let refunds = 0;
    for (let round = 0; round < 2 * pairs.length; round += 1) {
      const { run, requirement } = await askOne(story, refundSentence.replace("250.00", "10.00"));
      await approve(story, requirement, "asker");
      const racers = [
        () => decide(story, "finance-1", requirement),
        () => decide(story, "finance-2", requirement, "reject"),
        () => cancel(story, "asker", run),
        () => withdraw(story, "asker", requirement),
      ];
      // All four, or every pair of them in both orders.
      const [first, second] = pairs[round % pairs.length] ?? [];
      const order =
        first === undefined ? racers : racers.filter((_, place) => place === first || place === second);
      if (first !== undefined && second !== undefined && first > second) order.reverse();
      // In the second half each but the first comes a request later.
      const isStaggered = round >= pairs.length;
      const answers = await Promise.all(
        order.map(async (race, place) => {
          if (isStaggered && place > 0) await story.send(undefined, "GET", "/health");
          return race();
        }),
      );
      expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
      expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
      const { status } = await untilRun(
        story,
        run,
        ({ status: now }) => now === "completed" || now === "cancelled",
      );
      const { status: outcome, execution, stages } = await readRequirement(story, requirement.id);
      const ran = execution?.status === "succeeded";
      refunds += ran ? 1 : 0;
      const signed = stages[1]?.decisions.map(({ decision }) => decision) ?? [];
      expect(consistent).toContain([outcome, ran ? "ran" : "did not run", ...signed].join(", "));
      expect((await readOrder(story, "1042")).refunds).toHaveLength(refunds);
      const name = `${outcome}, ${execution?.status}, run ${status}`;
      outcomes[name] = (outcomes[name] ?? 0) + 1;
    }
    console.log("outcomes of the races:", outcomes);
  });
});

test("50 runs at once each ask for their own refund and make it once", async () => {
  await using story = await startStory();
  await times(50, async (place) => {
    const order = `${1001 + place}`;
    const { currency } = await readOrder(story, order);
    const refund = { orderId: order, amount: "1.00", currency, reason: "the parcel was lost" };
    const { run, requirement } = await askOne(story, callLine("issue_refund", refund));
    await approve(story, requirement, "asker", `finance-${1 + (place % 3)}`);
    await untilRun(story, run, "completed");
  });
  for (let order = 1001; order <= 1050; order += 1) {
    expect((await readOrder(story, `${order}`)).refunds.map(({ amount }) => amount)).toEqual(["1.00"]);
  }
});

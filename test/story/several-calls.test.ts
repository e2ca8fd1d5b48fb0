import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RequirementView, RunView } from "../../shared/wire/api.ts";
import {
  approve,
  askOne,
  callLine,
  cancel,
  decide,
  listRequirements,
  only,
  readOrder,
  readRequirement,
  readTable,
  readToolMessages,
  refundInput,
  startRun,
  untilAsked,
  untilRun,
} from "./play.ts";
import { startStory, type Story } from "./start-story.ts";

const note = (orderId: string, text: string) => callLine("add_order_note", { orderId, note: text });
const refund = (changes: object = {}) => callLine("issue_refund", { ...refundInput, ...changes });
const email = (subject: string) =>
  callLine("send_email", { to: "ann@example.com", subject, body: "We have found it." });
const restart = callLine("restart_service", { service: "checkout" });
const lookup = (orderId: string) => callLine("lookup_order", { orderId });

const lines = (...calls: readonly string[]) => calls.join("\n");

/** The pending requirement of this tool. */
function findAsked(asked: readonly RequirementView[], tool: string): RequirementView {
  return only(asked.filter((requirement) => requirement.tool === tool));
}

/** Waits until the call behind the requirement has ended, one way or another. */
async function untilEnded(story: Story, run: string, id: string): Promise<RequirementView> {
  const hasEnded = ({ requirements }: RunView) => {
    const status = requirements.find((requirement) => requirement.id === id)?.execution?.status;
    return status !== "waiting" && status !== "running";
  };
  return only(
    (await untilRun(story, run, hasEnded)).requirements.filter((requirement) => requirement.id === id),
  );
}

describe("several calls of one turn", () => {
  test("gated ones are asked at once, and each runs on its own approval in any order", async () => {
    await using story = await startStory();
    const run = await startRun(story, lines(refund(), email("First"), restart));
    const asked = await untilAsked(story, run);
    expect(asked.map(({ tool }) => tool)).toEqual(["issue_refund", "send_email", "restart_service"]);

    const restarting = findAsked(asked, "restart_service");
    await approve(story, restarting, "asker");
    expect((await untilEnded(story, run, restarting.id)).execution?.status).toBe("succeeded");
    expect((await readOrder(story, "1042")).refunds).toEqual([]);
    expect(await readTable(story, "outbox")).toEqual([]);

    const refunding = findAsked(asked, "issue_refund");
    await approve(story, refunding, "asker", "finance-1");
    expect((await untilEnded(story, run, refunding.id)).execution?.status).toBe("succeeded");
    expect(await readTable(story, "outbox")).toEqual([]);

    await approve(story, findAsked(asked, "send_email"), "asker");
    expect((await untilRun(story, run, "completed")).usage).toMatchObject({ modelCalls: 2, toolCalls: 3 });
    expect(await readTable(story, "outbox")).toHaveLength(1);
  });

  test("read-only ones run without asking, and their answers stand in the model's order", async () => {
    await using story = await startStory();
    const run = await startRun(story, lines(lookup("1001"), email("Found"), lookup("1002"), lookup("9999")));
    await approve(story, only(await untilAsked(story, run)), "asker");
    await untilRun(story, run, "completed");
    const messages = await readToolMessages(story, run);
    expect(messages.map(({ tool, content }) => [tool, content.slice(0, 14)])).toEqual([
      ["lookup_order", '{"id":"1001","'],
      ["send_email", '{"to":"ann@exa'],
      ["lookup_order", '{"id":"1002","'],
      ["lookup_order", "Failed: There "],
    ]);
  });

  test("an audit call before a gated one runs at once, and one after it waits for it", async () => {
    await using story = await startStory();
    const run = await startRun(
      story,
      lines(note("1042", "before"), refund(), note("1042", "after"), lookup("1042")),
    );
    const requirement = only(await untilAsked(story, run));
    expect(await readOrder(story, "1042")).toMatchObject({ notes: ["before"], refunds: [] });
    await approve(story, requirement, "asker");
    expect(await readOrder(story, "1042")).toMatchObject({ notes: ["before"], refunds: [] });
    await approve(story, requirement, "finance-1");
    await untilRun(story, run, "completed");
    expect(await readOrder(story, "1042")).toMatchObject({
      notes: ["before", "after"],
      refunds: [{ amount: "250.00" }],
    });
  });

  test("an audit call behind a gated one that is rejected runs after it", async () => {
    await using story = await startStory();
    const { run, requirement } = await askOne(story, lines(restart, note("1042", "after")));
    await decide(story, "asker", requirement, "reject");
    await untilRun(story, run, "completed");
    expect((await readOrder(story, "1042")).notes).toEqual(["after"]);
  });

  test("one that fails does not stop its siblings", async () => {
    await using story = await startStory();
    const run = await startRun(
      story,
      lines(refund({ orderId: "9999" }), refund({ amount: "10.00" }), note("9999", "x")),
    );
    const asked = await untilAsked(story, run);
    for (const requirement of asked) await approve(story, requirement, "asker", "finance-1");
    await untilRun(story, run, "completed");
    expect((await readToolMessages(story, run)).map(({ content }) => content.slice(0, 27))).toEqual([
      "Failed: There is no order 9",
      '{"orderId":"1042","amount":',
      "Failed: There is no order 9",
    ]);
    expect((await readOrder(story, "1042")).refunds).toMatchObject([{ amount: "10.00" }]);
    expect((await readRequirement(story, asked[0]?.id ?? "")).execution).toMatchObject({ status: "failed" });
  });

  test("of 25 gated ones 20 are asked and exactly five go back to the model", async () => {
    await using story = await startStory();
    const subjects = Array.from({ length: 25 }, (_, place) => `Letter ${place + 1}`);
    const run = await startRun(story, lines(...subjects.map(email), lookup("1001")));
    const asked = await untilAsked(story, run);
    expect(asked).toHaveLength(20);
    for (const requirement of asked) await approve(story, requirement, "asker");
    await untilRun(story, run, "completed");
    const messages = await readToolMessages(story, run);
    const refused = messages.flatMap(({ content }, place) => (content.startsWith("Refused") ? [place] : []));
    expect(refused).toEqual([20, 21, 22, 23, 24]);
    expect(messages[20]?.content).toBe(
      "Refused: Only 20 such calls run in one turn: propose this one again.",
    );
    expect(await readTable(story, "outbox")).toHaveLength(20);
  });

  test("20 that wait are all cancelled with their run", async () => {
    await using story = await startStory();
    const subjects = Array.from({ length: 20 }, (_, place) => `Letter ${place + 1}`);
    const run = await startRun(story, lines(...subjects.map(email)));
    expect(await untilAsked(story, run)).toHaveLength(20);
    expect((await cancel(story, "asker", run)).status).toBe(200);
    const { requirements } = await untilRun(story, run, "cancelled");
    expect(requirements.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => "cancelled"));
    expect(await readTable(story, "outbox")).toEqual([]);
  });

  test("the same call twice in one turn is asked twice, and runs once for each approval", async () => {
    await using story = await startStory();
    const run = await startRun(story, lines(email("Twice"), email("Twice")));
    const [first, second] = await untilAsked(story, run);
    if (first === undefined || second === undefined) throw new Error("Two were asked for.");
    expect(first.inputDigest).toBe(second.inputDigest);
    expect(first.digest).not.toBe(second.digest);
    expect((await decide(story, "asker", { id: second.id, digest: first.digest })).code).toBe("stale_digest");
    await approve(story, first, "asker");
    await decide(story, "asker", second, "reject");
    await untilRun(story, run, "completed");
    expect(await readTable(story, "outbox")).toHaveLength(1);
  });
});

describe("what people are never shown", () => {
  let shared: Story;
  beforeAll(async () => {
    shared = await startStory();
  });
  afterAll(() => shared[Symbol.asyncDispose]());

  test.each([
    ["arguments that are no JSON", 'call issue_refund {"orderId":'],
    [
      "a key twice",
      'call issue_refund {"orderId":"1042","orderId":"1043","amount":"1.00","currency":"EUR","reason":"x"}',
    ],
    ["a number for the amount", refund({ amount: 250 })],
    ["a negative amount", refund({ amount: "-1.00" })],
    ["an amount without cents", refund({ amount: "250" })],
    ["an amount of nothing", refund({ amount: "0.00" })],
    ["a field of its own", refund({ approved: true })],
    ["another currency", refund({ currency: "XXX" })],
    ["text that moves other text", refund({ reason: "lost \u202E tsol" })],
    ["a reason that nobody can see", refund({ reason: "\u3164\u2800" })],
    ["two receivers", callLine("send_email", { to: "a@b.example, c@d.example", subject: "x", body: "x" })],
    [
      "a subject of two lines",
      callLine("send_email", { to: "a@b.example", subject: "x\nBcc: c@d.example", body: "x" }),
    ],
    ["an unknown tool", callLine("wipe_disk", {})],
    ["a tool in capitals", callLine("ISSUE_REFUND", refundInput)],
    ["a tool's name of the language itself", callLine("constructor", {})],
    ["arguments that are a list", 'call issue_refund [{"orderId":"1042"}]'],
    ["a number beyond what is exact", 'call add_order_note {"orderId":9007199254740993,"note":"x"}'],
    ["1,000.00 or more", refund({ amount: "1000.00" })],
    ["a great deal more", refund({ amount: "999999999.99" })],
    ["a release", callLine("deploy_release", { service: "checkout", version: "2.4.1" })],
    ["a question", callLine("ask_user", { questions: [{ question: "Which?", options: ["a", "b"] }] })],
    [
      "a form",
      callLine("get_user_input", { fields: [{ name: "iban", type: "string", description: "the IBAN" }] }),
    ],
  ])("%s goes back to the model with a reason", async (_name, call) => {
    const run = await startRun(shared, call);
    await untilRun(shared, run, "completed");
    expect(await listRequirements(shared, "auditor")).toEqual([]);
    const { content } = only(await readToolMessages(shared, run));
    expect(content).toMatch(/^(?:Refused: |Invalid arguments, nothing was run: ).{20,}/);
    expect(shared.lines.slice(1)).toEqual([]);
  });

  test("the reason says what cannot be done yet", async () => {
    await using story = await startStory();
    const run = await startRun(
      story,
      lines(
        refund({ amount: "1000.00" }),
        callLine("deploy_release", { service: "checkout", version: "2.4.1" }),
        callLine("ask_user", { questions: [{ question: "Which?", options: ["a", "b"] }] }),
        callLine("get_user_input", { fields: [{ name: "iban", type: "string", description: "the IBAN" }] }),
      ),
    );
    await untilRun(story, run, "completed");
    expect((await readToolMessages(story, run)).map(({ content }) => content)).toEqual([
      "Refused: Refunds of 1000.00 or more need two approvers of pool finance, which this version cannot ask for yet. " +
        "Nobody was asked and nothing was refunded; do not split the amount, but tell the person.",
      "Refused: deploy_release is done by an outside system, which this version cannot wait for yet.",
      "Refused: ask_user needs answers from a person, which this version cannot collect yet.",
      "Refused: get_user_input needs answers from a person, which this version cannot collect yet.",
    ]);
  });

  test("999.99 is asked for", async () => {
    await using story = await startStory();
    const { requirement } = await askOne(story, refund({ amount: "999.99" }));
    expect(requirement.effect).toBe("Refund EUR 999.99 for order 1042.");
  });
});

describe("a rejected call", () => {
  test("tells the model who rejected it and why", async () => {
    await using story = await startStory();
    const { run, requirement } = await askOne(story, refund());
    await approve(story, requirement, "asker");
    await decide(story, "finance-2", requirement, { decision: "reject", comment: "Ask the carrier first." });
    await untilRun(story, run, "completed");
    expect(only(await readToolMessages(story, run)).content).toBe(
      "Refused: finance-2 rejected this call and said: Ask the carrier first.",
    );
  });

  test.each([
    ["as it was", refund()],
    [
      "with its keys in another order and spaces",
      `call issue_refund {  "reason" : "the parcel was lost","currency":"EUR", "amount":"250.00",  "orderId":"1042" }`,
    ],
    [
      "with escapes",
      String.raw`call issue_refund {"orderId":"\u0031042","amount":"250.00","currency":"EUR","reason":"the p\u0061rcel was lost"}`,
    ],
  ])("that is proposed again %s is refused without asking", async (_name, again) => {
    await using story = await startStory();
    const { run, requirement } = await askOne(
      story,
      lines(refund(), "then", again, refund({ amount: "10.00" })),
    );
    await decide(story, "asker", requirement, "reject");
    const asked = await untilRun(story, run, "paused");
    expect(asked.requirements.map(({ status, input }) => [status, input])).toEqual([
      ["pending", { ...refundInput, amount: "10.00" }],
      ["rejected", refundInput],
    ]);
    const messages = await readToolMessages(story, run);
    expect(messages[1]?.content).toBe(
      `Refused: A person rejected exactly this call earlier in the run (${requirement.id}): do not propose it again.`,
    );
  });

  test("may be asked for in another run", async () => {
    await using story = await startStory();
    const first = await askOne(story, refund());
    await decide(story, "asker", first.requirement, "reject");
    const second = await askOne(story, refund());
    expect(second.requirement.inputDigest).toBe(first.requirement.inputDigest);
  });
});

describe("two of a pool", () => {
  test("have to be two people, and the first is not counted twice", async () => {
    await using story = await startStory();
    const input = { customerId: "cus_5", reason: "asked to be forgotten" };
    const { run, requirement } = await askOne(story, callLine("delete_customer_data", input));
    await approve(story, requirement, "ops-1");
    expect(
      (await decide(story, "ops-1", requirement, "approve", { "x-countersign-channel": "web" })).code,
    ).toBe("duplicate_vote");
    expect((await decide(story, "ops-1", requirement, "reject")).code).toBe("duplicate_vote");
    expect(await readRequirement(story, requirement.id)).toMatchObject({
      status: "pending",
      stages: [{ need: 2, got: 1, status: "open" }],
    });
    expect(await listRequirements(story, "ops-1", "?view=awaiting-me")).toEqual([]);
    expect(await listRequirements(story, "ops-3", "?view=awaiting-me")).toHaveLength(1);
    await approve(story, requirement, "ops-3");
    await untilRun(story, run, "completed");
    const customers = JSON.stringify(await readTable(story, "customers"));
    expect(customers).toContain('{"id":"cus_5","name":"","email":"","address":""}');
  });

  test("are stopped by one rejection", async () => {
    await using story = await startStory();
    const input = { customerId: "cus_6", reason: "asked to be forgotten" };
    const { run, requirement } = await askOne(story, callLine("delete_customer_data", input));
    await approve(story, requirement, "ops-1");
    expect((await decide(story, "ops-2", requirement, "reject")).status).toBe(200);
    expect((await decide(story, "ops-3", requirement)).code).toBe("already_decided");
    await untilRun(story, run, "completed");
    expect(JSON.stringify(await readTable(story, "customers"))).not.toContain('"id":"cus_6","name":""');
  });
});

import { describe, expect, test } from "vitest";
import { scriptReply } from "../../../local/scripted-model/script-reply.ts";
import type { ModelMessage, ModelToolCall } from "../../../shared/ports/model.ts";

const TOOLS = ["lookup_order", "search_articles", "issue_refund", "add_order_note", "restart_service"];

const SYSTEM: ModelMessage = { role: "system", content: "You are the support agent." };
const ASK: ModelMessage = {
  role: "user",
  content:
    "Refund order 1042, 250.00 because the parcel was lost and add a note to order 1042: customer was told",
};

function assistant(...toolCalls: ModelToolCall[]): ModelMessage {
  return { role: "assistant", content: null, toolCalls };
}

function result(toolCallId: string, content: string): ModelMessage {
  return { role: "tool", toolCallId, content };
}

const LOOKUP = { id: "a", name: "lookup_order", arguments: '{"orderId":"1042"}' };
const REFUND = {
  id: "b",
  name: "issue_refund",
  arguments: '{"orderId":"1042","amount":"250.00","currency":"EUR","reason":"the parcel was lost"}',
};
const NOTE = {
  id: "c",
  name: "add_order_note",
  arguments: '{"orderId":"1042","note":"customer was told"}',
};
const ORDER = '{"id":"1042","customerId":"cus_7","total":"480.00","currency":"EUR","notes":[],"refunds":[]}';

/** The final text about a refund whose result is `content`. */
function sayRefund(content: string) {
  return scriptReply(
    [ASK, assistant(LOOKUP), result("a", ORDER), assistant(REFUND), result("b", content)],
    TOOLS,
  );
}

const ORDER_LINE = "Order 1042 of customer cus_7 has a total of 480.00 EUR.";

describe("a whole conversation of a refund", () => {
  test("first the order is looked up", () => {
    expect(scriptReply([SYSTEM, ASK], TOOLS)).toEqual({
      kind: "calls",
      calls: [{ name: "lookup_order", arguments: '{"orderId":"1042"}' }],
    });
  });

  test("then the refund and the note are proposed", () => {
    expect(scriptReply([SYSTEM, ASK, assistant(LOOKUP), result("a", ORDER)], TOOLS)).toEqual({
      kind: "calls",
      calls: [
        { name: "issue_refund", arguments: REFUND.arguments },
        { name: "add_order_note", arguments: NOTE.arguments },
      ],
    });
  });

  test("the answer says what was done and quotes why the rest was not", () => {
    expect(
      scriptReply(
        [
          SYSTEM,
          ASK,
          assistant(LOOKUP),
          result("a", ORDER),
          assistant(REFUND, NOTE),
          result("c", '{"orderId":"1042"}'),
          result("b", "Refused: finance-1 rejected this call: not lost, delivered on Monday."),
        ],
        TOOLS,
      ),
    ).toEqual({
      kind: "text",
      text: [
        ORDER_LINE,
        "I could not refund 250.00 EUR on order 1042: finance-1 rejected this call: not lost, delivered on Monday.",
        "Added a note to order 1042: customer was told.",
      ].join("\n"),
    });
  });

  test("an order that was not found is not refunded", () => {
    expect(
      scriptReply([ASK, assistant(LOOKUP), result("a", '{"error":"There is no order 1042."}')], TOOLS),
    ).toEqual({ kind: "calls", calls: [{ name: "add_order_note", arguments: NOTE.arguments }] });
    expect(
      scriptReply(
        [
          { role: "user", content: "Refund order 1042, 250.00 because the parcel was lost" },
          assistant(LOOKUP),
          result("a", "Failed: There is no order 1042."),
        ],
        TOOLS,
      ),
    ).toEqual({ kind: "text", text: "I could not look up order 1042: There is no order 1042." });
  });
});

describe("each way in which a call can end is said plainly", () => {
  test.each([
    ['{"amount":"200.00","at":"2026-11-22T12:00:00.000Z"}', "Refunded 200.00 EUR on order 1042."],
    ["A refund was refused before; this one went through.", "Refunded 250.00 EUR on order 1042."],
    ["Done.", "Refunded 250.00 EUR on order 1042."],
    [
      '{"error":{"code":"expired","message":"Nobody decided in time."}}',
      "I could not refund 250.00 EUR on order 1042: Nobody decided in time.",
    ],
    ['{"error":"expired"}', "I could not refund 250.00 EUR on order 1042: expired"],
    ['{"error":{"code":7}}', 'I could not refund 250.00 EUR on order 1042: {"error":{"code":7}}'],
    [
      "Refused: Nobody decided in time, so this call was not approved.",
      "I could not refund 250.00 EUR on order 1042: Nobody decided in time, so this call was not approved.",
    ],
    ["Failed: the bank is closed", "I could not refund 250.00 EUR on order 1042: the bank is closed"],
    [
      "It is not known whether this ran; a person is looking.",
      "I tried to refund 250.00 EUR on order 1042: It is not known whether this ran; a person is looking.",
    ],
    ["No result.", "I could not refund 250.00 EUR on order 1042: no result came back"],
    ["", "I could not refund 250.00 EUR on order 1042: no result came back"],
  ])("%s", (content, line) => {
    expect(sayRefund(content)).toEqual({ kind: "text", text: `${ORDER_LINE}\n${line}` });
  });
});

describe("the last user message leads", () => {
  test("a later question is answered afresh", () => {
    const before = [ASK, assistant(LOOKUP), result("a", ORDER), assistant(REFUND), result("b", "Done.")];
    expect(
      scriptReply(
        [
          ...before,
          { role: "assistant", content: "Refunded.", toolCalls: [] },
          { role: "user", content: "Restart checkout" },
        ],
        TOOLS,
      ),
    ).toEqual({ kind: "calls", calls: [{ name: "restart_service", arguments: '{"service":"checkout"}' }] });
  });

  test("a text that is not understood is answered with examples", () => {
    const reply = scriptReply([{ role: "user", content: "What is the weather?" }], TOOLS);
    expect(reply).toMatchObject({ kind: "text" });
    expect(reply).toHaveProperty(
      "text",
      expect.stringContaining("- Refund order 1042, 250.00 because the parcel was lost\n"),
    );
  });

  test("call lines go on whatever the results were, and unknown tools are reported", () => {
    const text: ModelMessage = {
      role: "user",
      content: 'call wipe_disk {"all":true}\nthen\ncall issue_refund {"orderId":',
    };
    const first = assistant({ id: "x", name: "wipe_disk", arguments: '{"all":true}' });
    const refused = result("x", "Refused: There is no tool of this name.");
    expect(scriptReply([text, first, refused], TOOLS)).toEqual({
      kind: "calls",
      calls: [{ name: "issue_refund", arguments: '{"orderId":' }],
    });
    const second = assistant({ id: "y", name: "issue_refund", arguments: '{"orderId":' });
    expect(
      scriptReply([text, first, refused, second, result("y", "Refused: The arguments are not JSON.")], TOOLS),
    ).toEqual({
      kind: "text",
      text: "I could not run wipe_disk: There is no tool of this name.\nI could not refund (none) (none) on order (none): The arguments are not JSON.",
    });
  });
});

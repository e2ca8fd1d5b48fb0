import { describe, expect, test } from "vitest";
import { EXAMPLE_SENTENCES } from "../../../local/scripted-model/parse-sentences.ts";
import { planTurns } from "../../../local/scripted-model/plan-turns.ts";

const SUPPORT_TOOLS = new Set([
  "lookup_order",
  "search_articles",
  "add_order_note",
  "send_email",
  "update_address",
  "restart_service",
  "issue_refund",
  "delete_customer_data",
  "deploy_release",
  "get_user_input",
  "ask_user",
]);

/** Each turn as a list of `tool json` lines. */
function plan(text: string): string[][] | string {
  const planned = planTurns(text, SUPPORT_TOOLS);
  if (planned.kind === "question") return planned.text;
  if (planned.kind === "not-understood") return planned.kind;
  return planned.turns.map((turn) => turn.map((call) => `${call.name} ${call.arguments}`));
}

const LOOKUP_1042 = 'lookup_order {"orderId":"1042"}';

function refund(amount: string, currency: string, reason: string): string {
  return `issue_refund {"orderId":"1042","amount":"${amount}","currency":"${currency}","reason":"${reason}"}`;
}

describe("a refund is proposed in the turn after its order was looked up", () => {
  test.each([
    ["Refund order 1042, 250.00 because the parcel was lost", "250.00", "EUR", "the parcel was lost"],
    ["refund order 1042, 250 because the parcel was lost.", "250.00", "EUR", "the parcel was lost"],
    ["Please refund order #1042 250.5 EUR because it broke", "250.50", "EUR", "it broke"],
    ["Hello! Can you refund order 1042, 1,200.00 because it broke? Thanks", "1200.00", "EUR", "it broke"],
    ["Issue a refund of $99.99 on order 1042 because it broke", "99.99", "USD", "it broke"],
    ["Refund £12 for order 1042: never arrived", "12.00", "GBP", "never arrived"],
    ["Refund 20 dollars to order 1042", "20.00", "USD", "no reason given"],
    ["Refund order 1042: 250.00 because of a delay: three weeks", "250.00", "EUR", "of a delay: three weeks"],
    [
      "Refund 30 pounds on order 1042 because it broke and the box too",
      "30.00",
      "GBP",
      "it broke and the box too",
    ],
  ])("%s", (text, amount, currency, reason) => {
    expect(plan(text)).toEqual([[LOOKUP_1042], [refund(amount, currency, reason)]]);
  });
});

describe("one sentence drives each tool", () => {
  test.each([
    ["Look up order 1042", LOOKUP_1042],
    ["What can you tell me? Show me the status of order 1042.", LOOKUP_1042],
    ["Search articles about late parcels", 'search_articles {"query":"late parcels"}'],
    ["search the help articles for refunds and returns", 'search_articles {"query":"refunds and returns"}'],
    [
      "Add a note to order 1042: customer was told",
      'add_order_note {"orderId":"1042","note":"customer was told"}',
    ],
    [
      'Leave a note on order 1042: "Called. Refund order 9 next."',
      'add_order_note {"orderId":"1042","note":"Called. Refund order 9 next."}',
    ],
    [
      "Send an email to ann@example.com subject Your parcel body It is on its way.",
      'send_email {"to":"ann@example.com","subject":"Your parcel","body":"It is on its way"}',
    ],
    [
      'Send an email to ann@example.com with the subject "Your order" and the body "Sent. And restart it!"',
      'send_email {"to":"ann@example.com","subject":"Your order","body":"Sent. And restart it!"}',
    ],
    [
      "email is late. Write an e-mail to ann@example.com about your order: it is late",
      'send_email {"to":"ann@example.com","subject":"your order","body":"it is late"}',
    ],
    [
      "Update the address of customer cus_17 to 1 Main Street, Dublin",
      'update_address {"customerId":"cus_17","address":"1 Main Street, Dublin"}',
    ],
    ["Restart the service checkout", 'restart_service {"service":"checkout"}'],
    ["Restart the checkout service", 'restart_service {"service":"checkout"}'],
    [
      "Delete the data of customer cus_17 because they asked for it",
      'delete_customer_data {"customerId":"cus_17","reason":"they asked for it"}',
    ],
    [
      "Erase customer cus_17's data",
      'delete_customer_data {"customerId":"cus_17","reason":"no reason given"}',
    ],
    ["Deploy checkout 2.4.1", 'deploy_release {"service":"checkout","version":"2.4.1"}'],
    [
      "Deploy checkout v2.4.1-rc.1 to production",
      'deploy_release {"service":"checkout","version":"v2.4.1-rc.1"}',
    ],
    ["Deploy version 2.4.1 of checkout.", 'deploy_release {"service":"checkout","version":"2.4.1"}'],
    [
      "Ask me for the delivery date",
      'get_user_input {"fields":[{"name":"delivery_date","type":"string","description":"the delivery date"}]}',
    ],
    [
      "Ask me whether to refund or replace",
      'ask_user {"questions":[{"question":"Which one: refund, replace?","options":["refund","replace"],"multiSelect":false}]}',
    ],
  ])("%s", (text, call) => {
    expect(plan(text)).toEqual([[call]]);
  });
});

describe("several sentences become several calls", () => {
  test("a refund and a note are proposed in one turn, after the look at the order", () => {
    expect(
      plan(
        "Refund order 1042, 250.00 because the parcel was lost and add a note to order 1042: customer was told",
      ),
    ).toEqual([
      [LOOKUP_1042],
      [
        refund("250.00", "EUR", "the parcel was lost"),
        'add_order_note {"orderId":"1042","note":"customer was told"}',
      ],
    ]);
  });

  test("what only reads comes first, and the same look is not taken twice", () => {
    expect(
      plan(
        "Restart checkout, then look up order 1042. Also refund order 1042, 5 because it broke.\nDeploy checkout 2.4.1",
      ),
    ).toEqual([
      [LOOKUP_1042],
      [
        'restart_service {"service":"checkout"}',
        refund("5.00", "EUR", "it broke"),
        'deploy_release {"service":"checkout","version":"2.4.1"}',
      ],
    ]);
  });
});

describe("what is not understood is not guessed", () => {
  test.each(["What is the weather?", "", "call the customer", "I refund nothing"])("%j", (text) => {
    expect(plan(text)).toBe("not-understood");
  });

  test.each([
    "Refund order 1042",
    "Refund order 1042, 250.001 because it broke",
    "Refund order 1042, 1,20 because it broke",
    "Refund order 1042, -5 because it broke",
    "Refund 250.00 because it broke",
  ])("a refund without an order or a clear amount is asked about: %s", (text) => {
    expect(plan(text)).toBe(
      "Which order should I refund, and how much? Say: Refund order 1042, 250.00 because the parcel was lost.",
    );
  });

  test("a tool that is not offered is named", () => {
    expect(planTurns("Restart checkout", new Set(["lookup_order"]))).toEqual({
      kind: "question",
      text: 'I have no tool "restart_service" to do that with.',
    });
  });

  test("every example sentence is understood", () => {
    const understood = EXAMPLE_SENTENCES.map((sentence) => planTurns(sentence, SUPPORT_TOOLS).kind);
    expect(understood).toEqual(Array.from({ length: 11 }, () => "turns"));
  });
});

describe("call lines are proposed as they stand", () => {
  test("calls of one turn, then of the next, unknown tools and broken JSON included", () => {
    expect(
      plan(
        [
          'call issue_refund {"orderId":"1042","amount":"1e2"}',
          'call wipe_disk {"all": true}',
          "then",
          'call lookup_order {"orderId":',
          "call lookup_order []",
        ].join("\n"),
      ),
    ).toEqual([
      ['issue_refund {"orderId":"1042","amount":"1e2"}', 'wipe_disk {"all": true}'],
      ['lookup_order {"orderId":', "lookup_order []"],
    ]);
  });

  test("25 calls in one turn", () => {
    const lines = Array.from({ length: 25 }, (_, index) => `call restart_service {"service":"s${index}"}`);
    expect(plan(lines.join("\n"))).toEqual([lines.map((line) => line.slice("call ".length))]);
  });
});

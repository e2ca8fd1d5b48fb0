import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../../shared/ledger/json-value.ts";
import { toolNamed } from "./seeded-tables.ts";

const problemsOf = (tool: string, input: JsonValue) => {
  const read = toolNamed(tool).read(input);
  return read.outcome === "invalid" ? read.problems : [];
};
const refund = (over: { readonly [field: string]: JsonValue }) => ({
  orderId: "1042",
  amount: "250.00",
  currency: "EUR",
  reason: "the parcel was lost",
  ...over,
});
const email = (over: { readonly [field: string]: JsonValue }) => ({
  to: "ann@example.com",
  subject: "Your parcel",
  body: "It is on its way",
  ...over,
});
const tenKilobytes = "x".repeat(10_240);

describe("the sum of a refund", () => {
  test.each(["0.01", "20.00", "250.00", "999.99"])("%s is taken and not refused", (amount) => {
    expect(toolNamed("issue_refund").read(refund({ amount }))).toEqual({
      outcome: "valid",
      input: { orderId: "1042", amount, currency: "EUR", reason: "the parcel was lost" },
    });
    expect(toolNamed("issue_refund").refuse(refund({ amount }))).toBeUndefined();
  });

  test.each(["1000.00", "1000.01", "1250.00", "10000.00", "999999999999.99"])(
    "%s is refused: two approvers cannot be asked for yet",
    (amount) => {
      expect(problemsOf("issue_refund", refund({ amount }))).toEqual([]);
      expect(toolNamed("issue_refund").refuse(refund({ amount }))).toBe(
        "Refunds of 1000.00 or more need two approvers of pool finance, which this version cannot ask for yet. " +
          "Nobody was asked and nothing was refunded; do not split the amount, but tell the person.",
      );
    },
  );

  test.each([
    "0.00",
    "1e3",
    "-1.00",
    "+1.00",
    "250",
    "250.0",
    "250.000",
    "1,000.00",
    "01.00",
    " 1.00",
    "1.00\n",
    "１.00",
    "1000000000000.00",
    "",
    tenKilobytes,
    1000,
    250.5,
    null,
    ["250.00"],
    { value: "250.00" },
    true,
  ])("%j is no sum", (amount) => {
    expect(problemsOf("issue_refund", refund({ amount }))).toEqual([
      'amount: write a sum above zero as text with two decimals, such as "250.00".',
    ]);
  });
});

describe("identifiers", () => {
  test.each(["01042", "-1", "1042 ", "1042\n", "10#42", "１０４２", "12345678901", "", 1042, null])(
    "%j is no order's number",
    (orderId) => {
      expect(problemsOf("lookup_order", { orderId })).toEqual([
        'orderId: write the order\'s number as text, such as "1042".',
      ]);
    },
  );

  test.each(["17", "cus_", "cus_017", "cus_x", "CUS_17", "cus_17#", 17])("%j is no customer's id", (id) => {
    expect(problemsOf("delete_customer_data", { customerId: id, reason: "they asked for it" })).toEqual([
      'customerId: write the customer\'s id, such as "cus_17".',
    ]);
  });

  test.each(["Checkout", "check out", "-checkout", "checkout; rm -rf /", "../checkout", "x".repeat(64), ""])(
    "%j is no service",
    (service) => {
      expect(problemsOf("restart_service", { service })).toEqual([
        'service: write the service\'s name of a-z, 0-9 and hyphen, 63 characters at most, such as "checkout".',
      ]);
    },
  );

  test.each(["ann", "ann@", "@example.com", "ann@localhost", "ann@example.com, bob@example.com"])(
    "%j is no e-mail address",
    (to) => {
      expect(problemsOf("send_email", email({ to }))).toEqual([
        'to: write one e-mail address, such as "ann@example.com".',
      ]);
    },
  );

  test.each(["Ann <ann@example.com>", "ann@example.com\nBcc: bob@example.com", "\u0430nn@example.com"])(
    "%j could hide another receiver and is no e-mail address",
    (to) => {
      expect(problemsOf("send_email", email({ to }))).toHaveLength(1);
    },
  );

  test("only the three currencies are taken, in capitals", () => {
    expect(problemsOf("issue_refund", refund({ currency: "USD" }))).toEqual([]);
    for (const currency of ["eur", "CHF", "€", "", null]) {
      expect(problemsOf("issue_refund", refund({ currency }))).toEqual([
        "currency: write one of EUR, USD, GBP.",
      ]);
    }
  });
});

describe("text of one line", () => {
  test.each([
    ["a line feed", "Your\nparcel"],
    ["a carriage return", "Your\rparcel"],
    ["a line separator", "Your\u2028parcel"],
    ["an escape sequence", "Your \u001b[31mparcel"],
    ["a bidirectional override", "Your \u202eparcel"],
    ["a bidirectional isolate", "Your \u2067parcel"],
    ["a zero-width space", "Your\u200bparcel"],
    ["a tag character", "Your parcel\u{e0041}"],
    ["a Hangul filler", "Your\u3164parcel"],
    ["a combining grapheme joiner", "Your\u034fparcel"],
    ["a blank Braille cell", "Your\u2800parcel"],
    ["a no-break space", "Your\u00a0parcel"],
    ["a lone surrogate", "Your \ud800parcel"],
    ["nothing but spaces", "   "],
    ["nothing", ""],
    ["201 characters", "x".repeat(201)],
    ["10 kB", tenKilobytes],
  ])("%s is not taken", (_what, subject) => {
    expect(problemsOf("send_email", email({ subject }))).toEqual([
      "subject: write the subject, one line of 1 to 200 visible characters.",
    ]);
  });

  test.each(["x".repeat(200), "Größe: 7 €, 荷物 🎁", "שלום", '"quoted" \\ <b>'])("%j is taken", (subject) => {
    expect(problemsOf("send_email", email({ subject }))).toEqual([]);
  });
});

describe("text of several lines", () => {
  test.each(["Dear Ann,\n\n\tit is on its way ❤️ 👩‍💻\n", "x".repeat(5_000)])("%j is taken", (body) => {
    expect(problemsOf("send_email", email({ body }))).toEqual([]);
  });

  test.each(["a\u202eb", "a\u001b[2Jb", "a\u{e0041}b", "a\u2028b", "\n\n", "x".repeat(5_001), tenKilobytes])(
    "%j is not taken",
    (body) => {
      expect(problemsOf("send_email", email({ body }))).toEqual([
        "body: write the text, 1 to 5000 visible characters on one line or more.",
      ]);
    },
  );
});

describe("the input of every tool", () => {
  test("a field too many is refused, without saying its name", () => {
    expect(problemsOf("issue_refund", refund({ ["approved\u202e"]: true }))).toEqual([
      "input: take an object with these fields only: orderId, amount, currency, reason.",
    ]);
  });

  test.each([null, "1042", [], 7])("%j is no input", (input) => {
    expect(problemsOf("lookup_order", input)).toEqual([
      "input: take an object with these fields only: orderId.",
    ]);
  });

  test("a missing field is named", () => {
    expect(problemsOf("add_order_note", { orderId: "1042" })).toEqual([
      "note: write what the note says, one line of 1 to 500 visible characters.",
    ]);
  });

  test.each(["lookup_order", "search_articles", "add_order_note", "send_email", "update_address"])(
    "%s says something about each of its fields to the model",
    (name) => {
      const { properties } = toolNamed(name).parameters;
      const fields = Object.values(properties ?? {});
      expect(fields.length).toBeGreaterThan(0);
      for (const field of fields) expect(field).toHaveProperty("description");
    },
  );
});

describe("questions to people", () => {
  const field = (name: string) => ({ name, type: "string", description: "what to fill in" });
  const choice = (over: { readonly [field: string]: JsonValue }) => ({
    question: "Refund or replace?",
    options: ["refund", "replace"],
    ...over,
  });

  test("one option is chosen unless the question says otherwise", () => {
    expect(toolNamed("ask_user").read({ questions: [choice({})] })).toEqual({
      outcome: "valid",
      input: {
        questions: [{ question: "Refund or replace?", options: ["refund", "replace"], multiSelect: false }],
      },
    });
  });

  test.each([
    [[], "questions: give a list of 1 to 4 questions."],
    [Array<JsonValue>(5).fill(choice({})), "questions: give a list of 1 to 4 questions."],
    [[choice({ options: ["refund"] })], "questions.0.options: give a list of 2 to 4 different options."],
    [
      [choice({ options: ["a", "b", "c", "d", "e"] })],
      "questions.0.options: give a list of 2 to 4 different options.",
    ],
    [[choice({ options: ["a", "a"] })], "questions.0.options: give a list of 2 to 4 different options."],
    [
      [choice({ multiSelect: "no" })],
      "questions.0.multiSelect: write true if several options may be chosen, else false.",
    ],
  ])("the questions %j are not taken", (questions, problem) => {
    expect(problemsOf("ask_user", { questions })).toEqual([problem]);
  });

  test.each([
    [[], "fields: give a list of 1 to 10 fields with different names."],
    [
      Array.from({ length: 11 }, (_, n) => field(`field_${n}`)),
      "fields: give a list of 1 to 10 fields with different names.",
    ],
    [[field("date"), field("date")], "fields: give a list of 1 to 10 fields with different names."],
    [
      [{ ...field("date"), type: "password" }],
      "fields.0.type: write one of string, integer, number, boolean, date.",
    ],
    [
      [field("__proto__")],
      "fields.0.name: write the field's name of a-z, 0-9 and underscore, 64 characters at most.",
    ],
  ])("the fields %j are not taken", (fields, problem) => {
    expect(problemsOf("get_user_input", { fields })).toEqual([problem]);
  });

  test.each([
    ["get_user_input", { fields: [field("date")] }],
    ["ask_user", { questions: [choice({})] }],
  ])("%s takes what it describes", (name, input) => {
    expect(problemsOf(name, input)).toEqual([]);
  });
});

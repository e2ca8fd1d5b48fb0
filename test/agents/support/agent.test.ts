import { describe, expect, test } from "vitest";
import { agents } from "../../../agents/catalog.ts";
import { support } from "../../../agents/support/agent.ts";
import { supportInfra } from "../../../agents/support/infra.ts";
import { toolNamed } from "./seeded-tables.ts";

const sevenDays = 604_800;
const confirmation = { by: "asker", approvals: 1, rejections: 1, expiresInSeconds: sevenDays };
const signOff = (pool: string, approvals: number) => ({
  by: [pool],
  approvals,
  rejections: 1,
  expiresInSeconds: sevenDays,
});

const gates = {
  lookup_order: { mode: "none" },
  search_articles: { mode: "none" },
  add_order_note: { mode: "audit" },
  send_email: { mode: "people", stages: [confirmation] },
  update_address: { mode: "people", stages: [confirmation] },
  restart_service: { mode: "people", stages: [confirmation] },
  issue_refund: { mode: "people", stages: [confirmation, signOff("finance", 1)] },
  delete_customer_data: { mode: "people", stages: [signOff("ops", 2)] },
  deploy_release: {
    mode: "refused",
    reason: "deploy_release is done by an outside system, which this version cannot wait for yet.",
  },
  get_user_input: {
    mode: "refused",
    reason: "get_user_input needs answers from a person, which this version cannot collect yet.",
  },
  ask_user: {
    mode: "refused",
    reason: "ask_user needs answers from a person, which this version cannot collect yet.",
  },
};

describe("the agent support", () => {
  test("is the one agent of the catalog", () => {
    expect(agents.map((agent) => agent.name)).toEqual(["support"]);
  });

  test("gates each tool by its tier, and has no other tool", () => {
    expect(Object.fromEntries(support.tools.map((tool) => [tool.name, tool.gate]))).toEqual(gates);
  });

  test.each([
    ["lookup_order", "low", false, true],
    ["search_articles", "low", false, true],
    ["add_order_note", "low", false, true],
    ["send_email", "medium", false, true],
    ["update_address", "medium", false, true],
    ["restart_service", "medium", false, false],
    ["issue_refund", "high", false, true],
    ["delete_customer_data", "high", false, true],
    ["deploy_release", "high", true, false],
    ["get_user_input", "low", true, false],
    ["ask_user", "low", true, false],
  ])("%s states risk %s, reversible %s, idempotent %s", (name, risk, reversible, idempotent) => {
    expect(toolNamed(name)).toMatchObject({ risk, reversible, idempotent });
  });

  test.each([
    ["lookup_order", { orderId: "1042" }, "Look up order 1042."],
    ["search_articles", { query: "late parcels" }, 'Search the articles for "late parcels".'],
    ["add_order_note", { orderId: "1042", note: "customer was told" }, "Add a note to order 1042."],
    [
      "send_email",
      { to: "ann@example.com", subject: "Your parcel", body: "It is on its way" },
      'Send an e-mail to ann@example.com with the subject "Your parcel".',
    ],
    [
      "update_address",
      { customerId: "cus_17", address: "1 Main Street, Dublin" },
      'Change the address of customer cus_17 to "1 Main Street, Dublin".',
    ],
    ["restart_service", { service: "checkout" }, "Restart the service checkout."],
    [
      "issue_refund",
      { orderId: "1042", amount: "250.00", currency: "EUR", reason: "the parcel was lost" },
      "Refund EUR 250.00 for order 1042.",
    ],
    [
      "delete_customer_data",
      { customerId: "cus_17", reason: "they asked for it" },
      "Delete the name, e-mail address and address of customer cus_17 for good.",
    ],
    [
      "deploy_release",
      { service: "checkout", version: "2.4.1" },
      "Deploy version 2.4.1 of the service checkout.",
    ],
    [
      "get_user_input",
      { fields: [{ name: "delivery_date", type: "date", description: "the delivery date" }] },
      "Ask the person for delivery_date.",
    ],
    [
      "ask_user",
      { questions: [{ question: "Refund or replace?", options: ["refund", "replace"], multiSelect: false }] },
      'Ask the person: "Refund or replace?"',
    ],
  ])("%s says its effect in one sentence", (name, input, sentence) => {
    expect(toolNamed(name).effect(input)).toBe(sentence);
  });

  test("an argument cannot break out of its quotes in the sentence", () => {
    const address = '1 Main Street". Nothing else happens. "';
    expect(toolNamed("update_address").effect({ customerId: "cus_17", address })).toBe(
      'Change the address of customer cus_17 to "1 Main Street\\". Nothing else happens. \\"".',
    );
  });

  test("the deployment makes its table", () => {
    expect(supportInfra).toEqual({ agent: "support", tables: ["agent-support"] });
  });
});

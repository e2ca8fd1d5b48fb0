import { expect, test } from "vitest";
import { nothingLeft } from "./inspect-data.ts";
import { play } from "./play.ts";
import { decideFirst, type Story } from "./stories.ts";

/** Three calls of one turn: two are asked about at once, the audit call waits for both. */
const several: Story = {
  name: "several",
  input: [
    `call issue_refund {"orderId":"1042","amount":"250.00","currency":"EUR","reason":"lost"}`,
    `call update_address {"customerId":"cus_17","address":"1 Mill Lane, Porto"}`,
    `call add_order_note {"orderId":"1042","note":"customer was told"}`,
  ].join("\n"),
  async play(system, run) {
    await decideFirst(system, run, "update_address", 0, "asker");
    await decideFirst(system, run, "issue_refund", 0, "asker");
    await decideFirst(system, run, "issue_refund", 1, "finance-1");
  },
};

const { writes } = await play(several);
const places = writes.map((_, place) => place + 1);

test.concurrent.for(places)(
  "calls that wait beside each other have one effect each when killed after write %i",
  async (ordinal) => {
    const { inspection, deaths } = await play(several, { at: "write", ordinal, when: "after" });
    console.log(`several: killed after write ${ordinal}, ${deaths[0]?.at(-1)}`);
    expect(inspection).toMatchObject({
      runs: ["completed"],
      calls: ["succeeded", "succeeded", "succeeded"],
      refunds: ["250.00"],
      notes: ["customer was told"],
      ledger: "whole",
      leftovers: nothingLeft,
    });
    expect(inspection.sealed.toSorted()).toEqual([
      "audit-call",
      "confirmed",
      "confirmed",
      "decided",
      "executed",
      "executed",
      "executed",
      "requested",
      "requested",
    ]);
  },
);

import { describe, expect, test } from "vitest";
import type { Storage } from "../../../local/ports.ts";
import { type Seal } from "../../../shared/records/seal-records.ts";
import { deliverAll, readBlocks, readOutboxRecords } from "../../builders/build-live-run.ts";
import { buildStorage } from "../../builders/build-system.ts";
import { readSeals } from "../../builders/check-ledger.ts";
import { makeEntry } from "../../contract/block-builders.ts";
import {
  appendPast,
  buildApproved,
  expectNothingDone,
  putSeal,
  sealBy,
  type World,
} from "./approved-world.ts";

/** Changes rows of the ledger past the triggers that forbid it, as whoever writes the file can. */
function alterRows({ database }: Storage, sql: string): void {
  const triggers = database.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").all();
  for (const { name } of triggers) database.connection.exec(`DROP TRIGGER ${String(name)}`);
  database.connection.exec(sql);
}

const four = (code: string) => [
  ...Array.from({ length: 4 }, () => `receipt-refused ${code}`),
  "receipt-missing",
];

/** The question is entry 0, the votes are 1 to 3; another tool's entry stands behind them. */
const attacks: readonly {
  readonly what: string;
  readonly attack: (world: World, seal: Seal) => Promise<void> | void;
  readonly alarms: readonly string[];
}[] = [
  {
    what: "a vote altered in the ledger",
    attack: ({ system }) =>
      alterRows(
        system.storage,
        `UPDATE ledger_entry SET body = replace(body, '"approve"', '"reject"') WHERE idx = 3`,
      ),
    alarms: four("tampered"),
  },
  {
    what: "a vote altered so that it cannot be read",
    attack: ({ system }) => alterRows(system.storage, "UPDATE ledger_entry SET body = 'x' WHERE idx = 3"),
    alarms: ["receipt-refused malformed", "receipt-missing"],
  },
  {
    what: "two entries swapped in the ledger",
    attack: ({ system }) =>
      alterRows(
        system.storage,
        `UPDATE ledger_entry SET idx = 99 WHERE idx = 2;
         UPDATE ledger_entry SET idx = 2 WHERE idx = 3;
         UPDATE ledger_entry SET idx = 3 WHERE idx = 99`,
      ),
    alarms: four("tampered"),
  },
  {
    what: "a vote removed from the ledger",
    attack: ({ system }) => alterRows(system.storage, "DELETE FROM ledger_entry WHERE idx = 3"),
    alarms: [
      "receipt-refused malformed",
      "receipt-refused malformed",
      "receipt-refused malformed",
      "receipt-missing",
    ],
  },
  {
    what: "the block removed",
    attack: ({ system }) => alterRows(system.storage, "DELETE FROM ledger_block"),
    alarms: four("malformed"),
  },
  {
    what: "the seal removed",
    attack: async ({ system }, { from }) => {
      const sort = String(from).padStart(16, "0");
      system.storage.database.connection.exec(
        `DELETE FROM item WHERE pk = 'seals#default' AND sk = '${sort}'`,
      );
    },
    alarms: ["receipt-missing"],
  },
  {
    what: "a seal without its checkpoint",
    attack: (world, { checkpoint: _checkpoint, ...intent }) => putSeal(world, intent),
    alarms: four("malformed"),
  },
  {
    what: "one letter of the seal's signature changed",
    attack: (world, seal) => {
      const text = seal.checkpoint;
      const at = text.length - 20;
      const letter = text[at] === "A" ? "B" : "A";
      return putSeal(world, { ...seal, checkpoint: `${text.slice(0, at)}${letter}${text.slice(at + 1)}` });
    },
    alarms: four("tampered"),
  },
  {
    what: "a seal of garbage",
    attack: (world, seal) => putSeal(world, { ...seal, checkpoint: "trust me" }),
    alarms: four("malformed"),
  },
  {
    what: "a seal of another log, signed by that log's own key",
    attack: async (world) => putSeal(world, await sealBy(world, 9, "ledger.example/other")),
    alarms: four("untrusted"),
  },
  {
    what: "a true checkpoint of the log, of another size",
    attack: async (world, seal) => {
      const { system } = world;
      await appendPast(world, [makeEntry()]);
      await system.invoke("sign-checkpoint", {});
      const later = (await readSeals(system.storage.store)).at(-1);
      await putSeal(world, { ...seal, checkpoint: later?.checkpoint });
    },
    alarms: four("tampered"),
  },
];

describe("an approval whose receipts were tampered with does not run, and leaves an alarm", () => {
  test.for(attacks)("$what", async ({ attack, alarms }) => {
    const world = await buildApproved();
    await world.system.deliver(
      "append-ledger",
      await readOutboxRecords(world.system.storage.store, "default"),
    );
    await world.system.deliver("sign-checkpoint", await readBlocks(world.system));
    const [seal] = await readSeals(world.system.storage.store);
    if (seal === undefined) throw new Error("Nothing is sealed.");
    await attack(world, seal);
    await expectNothingDone(world, ...alarms);
  });

  test("a whole other ledger with the same entries, sealed by its own key", async () => {
    const world = await buildApproved();
    await deliverAll(world.system);
    const other = buildStorage();
    expect(other.ledgerTrust.origin).toBe(world.system.storage.ledgerTrust.origin);
    await putSeal(world, await sealBy(world, 9));
    await expectNothingDone(world, ...four("untrusted"));
  });
});

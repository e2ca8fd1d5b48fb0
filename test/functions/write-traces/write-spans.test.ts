import { describe, expect, test } from "vitest";
import { createHandler } from "../../../functions/write-traces/handler.ts";
import { InvariantBroken, ItemTooLarge, StoreUnavailable } from "../../../shared/domain/errors.ts";
import type { LogLine } from "../../../shared/ports/functions.ts";
import type { Store } from "../../../shared/ports/store.ts";
import { openDatabase } from "../../../shared/adapters/sqlite/database.ts";
import { createSqliteStore } from "../../../shared/adapters/sqlite/store.ts";
import { buildSpan } from "../../builders/build-span.ts";

const partition = "run#default#run_01m81j18g0041061050r3gg28a";

/** The handler on a store whose n-th write throws what `fault` says. */
function open(fault: (write: number) => Error | undefined = () => undefined) {
  const store = createSqliteStore(openDatabase(":memory:"), { streams: [] });
  let writes = 0;
  const breaking: Store = {
    get: (keys) => store.get(keys),
    query: (range) => store.query(range),
    async write(actions) {
      const error = fault(writes);
      writes += 1;
      if (error !== undefined) throw error;
      return store.write(actions);
    },
  };
  const lines: LogLine[] = [];
  const log = (line: LogLine) => lines.push(line);
  return {
    lines,
    handle: createHandler({ store: breaking, tenant: "default", now: () => 5_000, log }),
    starts: async () => {
      const { items } = await store.query({ table: "traces", partition, order: "ascending", limit: 10 });
      return items.map(({ key }) => key.sort.slice(0, 15));
    },
  };
}

const batches = [1, 2, 3].map((number) => ({ sequence: `${number}00`, spans: [buildSpan(number)] }));

describe("spans that come from their stream", () => {
  test("are kept, each record's in an item, and once however often they come", async () => {
    const { handle, starts, lines } = open();
    expect(await handle(batches)).toEqual({ failed: [] });
    expect(await handle(batches)).toEqual({ failed: [] });
    expect(await starts()).toEqual(["000000000001001", "000000000001002", "000000000001003"]);
    expect(lines).toEqual([]);
  });

  test("come again from the record on at which the store was away", async () => {
    const { handle, starts } = open((write) => (write === 1 ? new StoreUnavailable("away") : undefined));
    expect(await handle(batches)).toEqual({ failed: ["200"] });
    expect(await starts()).toEqual(["000000000001001"]);
  });

  test.each([
    ["too large", new ItemTooLarge("large"), "item_too_large"],
    ["refused", new InvariantBroken("refused"), "invariant_broken"],
  ])("that are %s are logged and passed over", async (_, error, code) => {
    const { handle, starts, lines } = open((write) => (write === 1 ? error : undefined));
    expect(await handle(batches)).toEqual({ failed: [] });
    expect(await starts()).toEqual(["000000000001001", "000000000001003"]);
    expect(lines).toEqual([{ level: "warning", event: "spans-lost", code, count: 1 }]);
  });
});

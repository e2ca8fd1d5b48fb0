import { describe } from "vitest";
import type { Store } from "../../shared/ports/store.ts";
import { describeLimits } from "./store-limits-contract.ts";
import { describeModel } from "./store-model-contract.ts";
import { describePages, describeReads } from "./store-read-contract.ts";
import { describeExpectations, describeTransactions } from "./store-write-contract.ts";

/** What every adapter of the port `Store` must do; each test works in partitions of its own. */
export function describeStoreContract(name: string, makeStore: () => Promise<Store>): void {
  describe(`${name} as a Store`, () => {
    describeExpectations(makeStore);
    describeTransactions(makeStore);
    describeReads(makeStore);
    describePages(makeStore);
    describeLimits(makeStore);
    describeModel(makeStore);
  });
}

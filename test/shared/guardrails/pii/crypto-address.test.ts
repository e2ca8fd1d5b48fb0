import { expect, test } from "vitest";
import { findPii } from "../../../../shared/guardrails/pii/find-pii.ts";
import { showFindings } from "../show-findings.ts";

test.each([
  ["the genesis block's", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"],
  ["BIP 173's", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"],
  ["Ethereum's", "0x742d35Cc6634C0532925a3b844Bc454e4438f44e"],
  ["Tron's", "TJRabPrwbZy45sbavfcjinPJC18kjpRTv8"],
])("%s address %j is found", (_whose, address) => {
  expect(showFindings(`pay ${address} now`, findPii(`pay ${address} now`))).toEqual([
    `crypto-address ${address}`,
  ]);
});

test.each([
  ["its checksum is wrong", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"],
  ["its checksum is wrong", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdz"],
  ["it is a commit", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"],
])("nothing is found because %s: %j", (_why, word) => {
  expect(findPii(`see ${word}`)).toEqual([]);
});

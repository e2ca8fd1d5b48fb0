import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseNoteKey } from "../../shared/ledger/note-key.ts";
import { parseReceipt } from "../../shared/ledger/receipt.ts";
import { makeDirectory } from "../local/cli/log-builders.ts";
import { settleRefund } from "../local/cli/settled-refund.ts";
import { hashBytes } from "../shared/ledger/host-crypto.ts";
import { buildVerifier } from "./build-verifier.ts";
import { runOpenSsl, signedTextOf } from "./run-openssl.ts";

// Needs Go 1.24 or newer, OpenSSL 3 and, the first time, the module golang.org/x/mod.

test("strangers' code verifies what a real run left: the log and a receipt with Go, a checkpoint with OpenSSL", async () => {
  const directory = makeDirectory();
  const runGo = buildVerifier(directory);
  const { requirement, cli } = await settleRefund();
  const key = (await cli("key")).stdout.trim();

  const place = join(directory, "ledger-export");
  await cli("export", place);
  const whole = runGo("log", place, key);
  expect(whole.stdout).toMatch(/^verified: 3 entries, root /);
  expect(whole.status).toBe(0);

  const receipt = join(directory, "refund.receipt");
  await cli("receipt", requirement, "--as", "auditor", "--out", receipt);
  const parsed = parseReceipt(readFileSync(receipt, "utf8"));
  if (!parsed.ok) throw new Error(parsed.why);
  const entry = join(directory, "refund.json");
  writeFileSync(entry, parsed.receipt.extra ?? "");
  expect(runGo("receipt", receipt, entry, key)).toEqual({ status: 0, stdout: "verified: entry 2 of 3" });
  writeFileSync(entry, readFileSync(entry, "utf8").replace("finance-1", "finance-2"));
  expect(runGo("receipt", receipt, entry, key)).toMatchObject({ status: 1 });

  const checkpoint = readFileSync(join(place, "checkpoint"), "utf8");
  const named = parseNoteKey(key, hashBytes);
  if (!named.ok) throw new Error(named.why);
  expect(runOpenSsl(directory, checkpoint, named.key.publicKey, signedTextOf(checkpoint))).toEqual({
    status: 0,
    output: "Signature Verified Successfully",
  });
}, 120_000);

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { buildEntries, buildLog, type BuiltLog } from "../shared/ledger/build-log.ts";
import { runOpenSsl, signedTextOf } from "./run-openssl.ts";

// Needs OpenSSL 3, whose pkeyutl knows Ed25519 with -rawin.

let directory: string;
let log: BuiltLog;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "countersign-openssl-"));
  log = await buildLog(buildEntries(1000));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("OpenSSL verifies the signature of a checkpoint over its text", () => {
  const check = (text: string) => runOpenSsl(directory, log.checkpoint, log.keys.key.publicKey, text);
  const text = signedTextOf(log.checkpoint);
  expect(check(text)).toEqual({ status: 0, output: "Signature Verified Successfully" });
  expect(check(text.replace("1000", "1001"))).toEqual({
    status: 1,
    output: "Signature Verification Failure",
  });
});

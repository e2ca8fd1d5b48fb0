import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { parseNote } from "../../shared/ledger/signed-note.ts";
import { buildEntries, buildLog, type BuiltLog } from "../shared/ledger/build-log.ts";
import { writeInto } from "./write-export.ts";

// Needs OpenSSL 3, whose pkeyutl knows Ed25519 with -rawin.

// What DER puts before the 32 bytes of an Ed25519 public key (RFC 8410 section 4).
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

let directory: string;
let log: BuiltLog;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "countersign-openssl-"));
  log = await buildLog(buildEntries(1000));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Checks the first signature of the checkpoint over the given text. */
function runOpenSsl(text: string): { readonly status: number | null; readonly output: string } {
  const parsed = parseNote(log.checkpoint);
  const [signature] = parsed.ok ? parsed.note.signatures : [];
  if (signature === undefined) throw new Error("The checkpoint has no signature.");
  const key = Buffer.concat([SPKI_PREFIX, log.keys.key.publicKey]);
  const files = {
    key: writeInto(directory, "key.der", key),
    text: writeInto(directory, "text", text),
    signature: writeInto(directory, "signature", signature.bytes),
  };
  const command = ["pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", files.key];
  const { status, stdout } = spawnSync(
    "openssl",
    [...command, "-rawin", "-in", files.text, "-sigfile", files.signature],
    { encoding: "utf8" },
  );
  return { status, output: stdout.trim() };
}

test("OpenSSL verifies the signature of a checkpoint over its text", () => {
  const text = log.checkpoint.slice(0, log.checkpoint.lastIndexOf("\n\n") + 1);
  expect(runOpenSsl(text)).toEqual({ status: 0, output: "Signature Verified Successfully" });
  expect(runOpenSsl(text.replace("1000", "1001"))).toEqual({
    status: 1,
    output: "Signature Verification Failure",
  });
});

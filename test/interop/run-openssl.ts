import { spawnSync } from "node:child_process";
import { parseNote } from "../../shared/ledger/signed-note.ts";
import { writeInto } from "./write-export.ts";

// What DER puts before the 32 bytes of an Ed25519 public key (RFC 8410 section 4).
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/** Has OpenSSL check the first signature of a checkpoint over the given text. */
export function runOpenSsl(
  directory: string,
  checkpoint: string,
  publicKey: Uint8Array,
  text: string,
): { readonly status: number | null; readonly output: string } {
  const parsed = parseNote(checkpoint);
  const [signature] = parsed.ok ? parsed.note.signatures : [];
  if (signature === undefined) throw new Error("The checkpoint has no signature.");
  const files = {
    key: writeInto(directory, "key.der", Buffer.concat([SPKI_PREFIX, publicKey])),
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

/** The text of a checkpoint that is signed: all before its last empty line. */
export function signedTextOf(checkpoint: string): string {
  return checkpoint.slice(0, checkpoint.lastIndexOf("\n\n") + 1);
}

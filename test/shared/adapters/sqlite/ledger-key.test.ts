import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLedgerKey } from "../../../../shared/adapters/sqlite/ledger-key.ts";
import { formatCheckpoint, openCheckpoint } from "../../../../shared/ledger/checkpoint.ts";
import { parseNoteKey } from "../../../../shared/ledger/note-key.ts";
import { signNote } from "../../../../shared/ledger/signed-note.ts";
import { hashBytes } from "../../../builders/sha256.ts";
import { makeTemporaryDirectory } from "./temporary-directory.ts";

const open = (directory: string) => openLedgerKey(join(directory, "ledger-key"), hashBytes);

test("a directory's log keeps its name and key, and no other directory has either", () => {
  const directory = makeTemporaryDirectory();
  const first = open(directory);
  const other = open(makeTemporaryDirectory());
  expect(first.trust.origin).toMatch(/^countersign\.local\/[0-9a-f]{8}$/);
  expect(open(directory).verifierKey).toBe(first.verifierKey);
  expect(other.trust.origin).not.toBe(first.trust.origin);
  expect(other.signer.id).not.toBe(first.signer.id);
});

test("the files are readable by their owner alone", () => {
  const directory = makeTemporaryDirectory();
  open(directory);
  const modes = ["ledger-key", "ledger-id"].map((name) => statSync(join(directory, name)).mode & 0o777);
  expect(modes).toEqual([0o600, 0o600]);
});

test("what it signs opens with its own trust and with its verifier key, and not with another's", async () => {
  const { signer, trust, verifierKey } = open(makeTemporaryDirectory());
  const text = formatCheckpoint({ origin: trust.origin, size: 3, root: new Uint8Array(32) });
  const signed = await signNote(text, [signer]);
  if (!signed.ok) throw new Error(signed.why);
  expect(await openCheckpoint(signed.note, trust)).toMatchObject({ ok: true, checkpoint: { size: 3 } });
  expect(parseNoteKey(verifierKey, hashBytes)).toMatchObject({
    ok: true,
    key: { name: trust.origin, id: signer.id },
  });
  const other = open(makeTemporaryDirectory()).trust;
  expect(await openCheckpoint(signed.note, other)).toMatchObject({ ok: false, fault: "untrusted" });
});

// RFC 8032 section 7.1, TEST 1.
test("the file holds the seed of RFC 8032", async () => {
  const directory = makeTemporaryDirectory();
  const path = join(directory, "ledger-key");
  writeFileSync(path, Buffer.from("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "hex"));
  const { signer, verifierKey } = open(directory);
  const parsed = parseNoteKey(verifierKey, hashBytes);
  expect(parsed.ok && Buffer.from(parsed.key.publicKey).toString("hex")).toBe(
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
  );
  expect(Buffer.from(await signer.sign(new Uint8Array())).toString("hex")).toBe(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  );
});

test("a file of another length is refused", () => {
  const directory = makeTemporaryDirectory();
  writeFileSync(join(directory, "ledger-key"), "short");
  expect(() => open(directory)).toThrow("has 5 bytes instead of 32: restore it from a backup");
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { type NoteVerifier, openNote, parseNote, signNote } from "../../../shared/ledger/signed-note.ts";
import { buildKeyPair, hashBytes, readVerifier } from "./host-crypto.ts";

// C2SP signed-note, "Verifier keys".
const PUBLISHED_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const PUBLISHED_NOTE = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`;

// golang.org/x/mod/sumdb/note, its documentation and tests.
const PETER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const ENOCH_KEY = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const PETER_TEXT = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.
`;
const PETER_LINE =
  "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const ENOCH_LINE =
  "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

const peter = readVerifier(PETER_KEY);
const enoch = readVerifier(ENOCH_KEY);
const peterName = { name: "PeterNeumann", id: 0xc7_4f_20_a3 };
const enochName = { name: "EnochRoot", id: 0xaf_0c_fe_78 };

const ours = buildKeyPair("ledger.example", 1);

async function sign(text: string): Promise<string> {
  const signed = await signNote(text, [ours.signer]);
  if (!signed.ok) throw new Error(signed.why);
  return signed.note;
}

describe("openNote", () => {
  test("verifies the example that C2SP publishes", async () => {
    expect(await openNote(PUBLISHED_NOTE, [readVerifier(PUBLISHED_KEY)])).toEqual({
      ok: true,
      text: "This is an example message.\n",
      signedBy: [{ name: "example.com/foo", id: 0x53_0d_90_3a }],
    });
  });

  test("verifies the note of two signers that Go publishes, and names both", async () => {
    const note = `${PETER_TEXT}\n${PETER_LINE}${ENOCH_LINE}`;
    expect(await openNote(note, [enoch, peter])).toEqual({
      ok: true,
      text: PETER_TEXT,
      signedBy: [peterName, enochName],
    });
  });

  test("ignores a signature by a key that is not known", async () => {
    const note = `${PETER_TEXT}\n${PETER_LINE}${ENOCH_LINE}`;
    expect(await openNote(note, [peter])).toMatchObject({ ok: true, signedBy: [peterName] });
  });

  test("ignores a signature that shares only its name, or only its id, with a known key", async () => {
    const sameName: NoteVerifier = { ...enoch, id: enoch.id + 1, verify: () => true };
    const sameId: NoteVerifier = { ...enoch, name: "Enoch", verify: () => true };
    const note = `${PETER_TEXT}\n${ENOCH_LINE}`;
    expect(await openNote(note, [sameName, sameId, peter])).toEqual({
      ok: false,
      fault: "untrusted",
      why: "None of the trusted keys signed the note.",
    });
  });

  test("trusts nobody when it knows no key", async () => {
    expect(await openNote(PUBLISHED_NOTE, [])).toMatchObject({ ok: false, fault: "untrusted" });
  });

  test("refuses the whole note when one known signature is false, though another is right", async () => {
    const note = `${PETER_TEXT}\n${PETER_LINE}${ENOCH_LINE.replace("rwz+eBz", "rwz+eBy")}`;
    expect(await openNote(note, [peter, enoch])).toEqual({
      ok: false,
      fault: "tampered",
      why: "The signature by EnochRoot+af0cfe78 does not fit the text of the note.",
    });
    expect(await openNote(note, [peter])).toMatchObject({ ok: true });
  });

  test("names a signer once that signed twice, and verifies both", async () => {
    const twice = `${PETER_TEXT}\n${PETER_LINE}${PETER_LINE}`;
    expect(await openNote(twice, [peter])).toMatchObject({ ok: true, signedBy: [peterName] });
    const second = `${PETER_TEXT}\n${PETER_LINE}${PETER_LINE.replace("x08go/Z", "x08go/Y")}`;
    expect(await openNote(second, [peter])).toMatchObject({ ok: false, fault: "tampered" });
  });

  test("refuses a known signature of another length without asking the key", async () => {
    const never: NoteVerifier = {
      ...peterName,
      verify: () => {
        throw new Error("The key was asked.");
      },
    };
    const note = `${PETER_TEXT}\n— PeterNeumann x08go/ZJkuA=\n`;
    expect(await openNote(note, [never])).toMatchObject({ ok: false, fault: "tampered" });
  });

  test("refuses to choose between two trusted keys of one name and id", async () => {
    expect(await openNote(`${PETER_TEXT}\n${PETER_LINE}`, [peter, { ...peter }])).toMatchObject({
      ok: false,
      fault: "malformed",
      why: "Two of the trusted keys are called PeterNeumann+c74f20a3.",
    });
  });

  test("takes 16 signatures, the known one last, and refuses 17", async () => {
    const unknown = (count: number) =>
      Array.from({ length: count }, (_, place) => `— witness${place} AAAAAAE=\n`).join("");
    expect(await openNote(`${PETER_TEXT}\n${unknown(15)}${PETER_LINE}`, [peter])).toMatchObject({ ok: true });
    expect(await openNote(`${PETER_TEXT}\n${unknown(16)}${PETER_LINE}`, [peter])).toMatchObject({
      ok: false,
      fault: "malformed",
      why: "The note has more than 16 signatures.",
    });
  });

  test("takes sixteen post-quantum signatures of 5 kB beside each other", async () => {
    const line = (place: number) => `— witness${place} ${Buffer.alloc(4999).toString("base64")}\n`;
    const note = `${PETER_TEXT}\n${Array.from({ length: 15 }, (_, place) => line(place)).join("")}${PETER_LINE}`;
    expect(await openNote(note, [peter])).toMatchObject({ ok: true });
  });

  test("waits for a key that verifies later", async () => {
    const later: NoteVerifier = {
      ...peter,
      verify: async (...signed) => Promise.resolve(peter.verify(...signed)),
    };
    expect(await openNote(`${PETER_TEXT}\n${PETER_LINE}`, [later])).toMatchObject({ ok: true });
    const never: NoteVerifier = { ...peter, verify: async () => Promise.resolve(false) };
    expect(await openNote(`${PETER_TEXT}\n${PETER_LINE}`, [never])).toMatchObject({ ok: false });
  });

  test.for([
    ["nothing", ""],
    ["no signature", PETER_TEXT],
    ["an empty line and no signature", `${PETER_TEXT}\n`],
    ["no empty line", `${PETER_TEXT}${PETER_LINE}`],
    ["no newline at the end", `${PETER_TEXT}\n${PETER_LINE.trimEnd()}`],
    ["a second newline at the end", `${PETER_TEXT}\n${PETER_LINE}\n`],
    ["a line behind the signatures", `${PETER_TEXT}\n${PETER_LINE}more\n`],
    ["a carriage return", `${PETER_TEXT}\n${PETER_LINE}`.replaceAll("\n", "\r\n")],
    ["a tab in the text", `\t${PETER_TEXT}\n${PETER_LINE}`],
    ["a NUL in the text", `\0${PETER_TEXT}\n${PETER_LINE}`],
    ["half a surrogate pair", `\ud800${PETER_TEXT}\n${PETER_LINE}`],
    ["a hyphen for the dash", `${PETER_TEXT}\n${PETER_LINE.replace("—", "-")}`],
    ["an en dash", `${PETER_TEXT}\n${PETER_LINE.replace("—", "–")}`],
    ["no space behind the dash", `${PETER_TEXT}\n${PETER_LINE.replace("— ", "—")}`],
    ["no key name", `${PETER_TEXT}\n${PETER_LINE.replace("PeterNeumann", "")}`],
    ["a plus in a key name", `${PETER_TEXT}\n${PETER_LINE.replace("PeterNeumann", "Peter+Neumann")}`],
    ["a space in a key name", `${PETER_TEXT}\n${PETER_LINE.replace("PeterNeumann", "Peter Neumann")}`],
    [
      "a no-break space in a key name",
      `${PETER_TEXT}\n${PETER_LINE.replace("PeterNeumann", "Peter\u00a0N")}`,
    ],
    ["two spaces before the signature", `${PETER_TEXT}\n${PETER_LINE.replace("Neumann ", "Neumann  ")}`],
    ["a space behind the signature", `${PETER_TEXT}\n${PETER_LINE.replace("\n", " \n")}`],
    ["no padding", `${PETER_TEXT}\n${PETER_LINE.replace("=", "")}`],
    ["unused bits set in the signature", `${PETER_TEXT}\n${PETER_LINE.replace("M=", "N=")}`],
    ["a key id and no signature", `${PETER_TEXT}\n— PeterNeumann x08gow==\n`],
    ["an unreadable signature of an unknown key", `${PETER_TEXT}\n${PETER_LINE}— someone !!!!\n`],
    ["131,073 characters", `${"x".repeat(131_072 - PETER_LINE.length)}\n\n${PETER_LINE}`],
  ] as const)("refuses %s", async ([, note]) => {
    expect(await openNote(note, [peter])).toMatchObject({ ok: false, fault: "malformed" });
  });

  test("refuses every change of a single bit", async () => {
    const bytes = Buffer.from(await sign("one line\n\nand another, è\n"));
    for (let bit = 0; bit < 8 * bytes.length; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const opened = await openNote(flipped.toString(), [ours.verifier]);
      if (opened.ok) throw new Error(`Bit ${bit} can be changed.`);
    }
    expect(await openNote(bytes.toString(), [ours.verifier])).toMatchObject({ ok: true });
  });

  test("never throws, whatever it is given", async () => {
    const piece = fc.constantFrom(
      "\n",
      "\n\n",
      "— ",
      "ledger.example",
      " ",
      "AAAAAAA=",
      "=",
      "\u0000",
      "\ud800",
      "x",
    );
    const text = fc.array(fc.oneof(piece, fc.string({ unit: "binary" })), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(text, async (pieces) => {
        expect(await openNote(pieces.join(""), [ours.verifier])).toMatchObject({ ok: false });
      }),
      { numRuns: 1000 },
    );
  });
});

describe("signNote", () => {
  test("makes the note that Go publishes out of the same key", async () => {
    const enochSigner = { ...enochName, sign: () => readSignature(ENOCH_LINE) };
    const peterSigner = { ...peterName, sign: () => readSignature(PETER_LINE) };
    expect(await signNote(PETER_TEXT, [peterSigner, enochSigner])).toEqual({
      ok: true,
      note: `${PETER_TEXT}\n${PETER_LINE}${ENOCH_LINE}`,
    });
  });

  test("is read back as what was signed, whatever the text says", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 60 }), async (line) => {
        const text = `${line.replaceAll(/\p{Cc}/gu, "\n").toWellFormed()}\n`;
        expect(await openNote(await sign(text), [ours.verifier])).toMatchObject({ ok: true, text });
      }),
    );
  });

  test("signs with each key, as when keys rotate", async () => {
    const next = buildKeyPair("ledger.example", 2);
    const signed = await signNote("text\n", [ours.signer, next.signer]);
    if (!signed.ok) throw new Error(signed.why);
    expect(await openNote(signed.note, [ours.verifier])).toMatchObject({ ok: true });
    expect(await openNote(signed.note, [next.verifier])).toMatchObject({ ok: true });
  });

  const short = { ...ours.signer, sign: () => new Uint8Array(63) };

  test.for([
    ["a text without a newline at its end", "text", ours.signer],
    ["a control character", "te\txt\n", ours.signer],
    ["half a surrogate pair", "te\ud800xt\n", ours.signer],
    ["a key name with a space", "text\n", { ...ours.signer, name: "a b" }],
    ["a signature that is too short", "text\n", short],
    ["a text that is too long", `${"x".repeat(131_072)}\n`, ours.signer],
  ] as const)("refuses %s", async ([, text, signer]) => {
    expect(await signNote(text, [signer])).toMatchObject({ ok: false, fault: "malformed" });
  });

  test("refuses to make a note that nobody signed", async () => {
    expect(await signNote("text\n", [])).toMatchObject({ ok: false, fault: "malformed" });
  });

  test("signs the text and its last newline, not the empty line", async () => {
    const digests: string[] = [];
    const signer = {
      ...ours.signer,
      sign: (message: Uint8Array) => {
        digests.push(Buffer.from(hashBytes(message)).toString("hex"));
        return new Uint8Array(64);
      },
    };
    await signNote("abc\n", [signer]);
    // printf 'abc\n' | sha256sum
    expect(digests).toEqual(["edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb"]);
  });
});

function readSignature(line: string): Uint8Array {
  const parsed = parseNote(`text\n\n${line}`);
  const [signature] = parsed.ok ? parsed.note.signatures : [];
  if (signature === undefined) throw new Error("This is no signature line.");
  return signature.bytes;
}

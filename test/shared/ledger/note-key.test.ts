import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { createNoteKey, formatNoteKey, isKeyName, parseNoteKey } from "../../../shared/ledger/note-key.ts";
import { hashBytes } from "./host-crypto.ts";

// C2SP signed-note, "Verifier keys", and golang.org/x/mod/sumdb/note.
const PUBLISHED = [
  ["example.com/foo", 0x53_0d_90_3a, "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"],
  ["PeterNeumann", 0xc7_4f_20_a3, "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"],
  ["EnochRoot", 0xaf_0c_fe_78, "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"],
] as const;

describe("parseNoteKey", () => {
  test.for(PUBLISHED)(
    "reads the published key of %s, whose id is its own, and writes it again",
    (published) => {
      const [name, id, text] = published;
      const parsed = parseNoteKey(text, hashBytes);
      expect(parsed).toMatchObject({ ok: true, key: { name, id } });
      expect(parsed.ok && formatNoteKey(parsed.key)).toBe(text);
    },
  );

  test.for([
    ["nothing", ""],
    ["no key", "example.com/foo+530d903a"],
    ["an empty key", "example.com/foo+530d903a+"],
    ["no name", "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"],
    ["a name with a space", "example.com foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"],
    ["another name", "example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"],
    ["another id", "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"],
    ["an id in upper case", "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"],
    ["a short id", "example.com/foo+30d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"],
    ["another key", "example.com/foo+530d903a+AfkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"],
    [
      "another type under the same id",
      "example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    ],
    [
      "another type, with the id that fits it",
      "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
    [
      "a longer key, with the id that fits it",
      "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
    ],
    ["a newline at its end", "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n"],
    ["a kilobyte", `${"x".repeat(1024)}+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k`],
  ] as const)("refuses %s", ([, text]) => {
    expect(parseNoteKey(text, hashBytes)).toMatchObject({ ok: false, fault: "malformed" });
  });

  test("says which id the key would have", () => {
    const text = "example.com/foo+00000000+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    expect(parseNoteKey(text, hashBytes)).toMatchObject({
      why: "The verifier key says its id is 00000000, but it is 530d903a.",
    });
  });

  test("reads every key that is written, with any name that is allowed", () => {
    const names = fc.string({ unit: "binary", minLength: 1, maxLength: 40 }).filter(isKeyName);
    fc.assert(
      fc.property(names, fc.uint8Array({ minLength: 32, maxLength: 32 }), (name, publicKey) => {
        const created = createNoteKey(name, publicKey, hashBytes);
        if (!created.ok) throw new Error(created.why);
        expect(parseNoteKey(formatNoteKey(created.key), hashBytes)).toEqual({ ok: true, key: created.key });
      }),
    );
  });
});

describe("isKeyName", () => {
  test.for(["a", "example.com/log", "—", "\ufeff", "\u200b"])("%j is a name", (name) => {
    expect(isKeyName(name)).toBe(true);
  });

  test.for([
    ["empty", ""],
    ["a space", "a b"],
    ["a plus", "a+b"],
    ["a newline", "a\nb"],
    ["a tab", "a\tb"],
    ["a no-break space", "a\u00a0b"],
    ["a next-line control", "a\u0085b"],
    ["a line separator", "a\u2028b"],
    ["an ideographic space", "a\u3000b"],
    ["a NUL", "a\u0000b"],
    ["a delete", "a\u007fb"],
    ["half a surrogate pair", "a\ud800"],
  ] as const)("%s is none", ([, name]) => {
    expect(isKeyName(name)).toBe(false);
  });

  test("a key of another length than 32 bytes is refused", () => {
    expect(createNoteKey("a", new Uint8Array(31), hashBytes)).toMatchObject({
      ok: false,
      fault: "malformed",
    });
  });
});

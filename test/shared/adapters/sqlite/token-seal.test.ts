import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createTokenSeal, loadOrCreateKey } from "../../../../shared/adapters/sqlite/token-seal.ts";
import { InvariantBroken, TokenNotOpened } from "../../../../shared/domain/errors.ts";
import { makeTemporaryDirectory } from "./temporary-directory.ts";

const key = new Uint8Array(32).fill(7);
const { seal, open } = createTokenSeal(key);

async function catchError(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("the token seal", () => {
  test("opens what it sealed, for any token and context", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "grapheme" }),
        fc.string({ unit: "grapheme" }),
        async (token, context) => {
          expect(await open(await seal(token, context), context)).toBe(token);
        },
      ),
    );
  });

  test("opens a token sealed by version 1", async () => {
    const sealed = "v1.AQEBAQEBAQEBAQEBAo7i0v5sXpp7gvMN7tGWbUjgAgTY";
    expect(await open(sealed, "req_1")).toBe("token");
  });

  test("seals one token to another text each time, without the token in it", async () => {
    const texts = await Promise.all(Array.from({ length: 50 }, async () => seal("AQCEAAAA", "req_1")));
    expect(new Set(texts).size).toBe(50);
    expect(texts.filter((text) => text.includes("AQCEAAAA"))).toEqual([]);
    expect(texts.every((text) => /^v1\.[\w-]+$/.test(text))).toBe(true);
  });

  test("refuses a sealed token with any one character changed", async () => {
    const sealed = await seal("secret-token", "req_1");
    for (let place = 0; place < sealed.length; place += 1) {
      const character = sealed[place] === "A" ? "B" : "A";
      const altered = sealed.slice(0, place) + character + sealed.slice(place + 1);
      expect(await catchError(open(altered, "req_1")), `place ${place}`).toBeInstanceOf(TokenNotOpened);
    }
  });

  test.each([
    ["cut short", (text: string) => text.slice(0, -1)],
    ["too short for a tag", () => "v1.AAAA"],
    ["empty", () => ""],
    ["of another version", (text: string) => text.replace("v1.", "v2.")],
    ["padded", (text: string) => `${text}=`],
    ["with white space", (text: string) => `${text}\n`],
    ["in the alphabet of plain base64", (text: string) => `${text.replaceAll(/[-_]/g, "+")}+`],
  ])("refuses a sealed token that is %s", async (_, alter) => {
    const sealed = await seal("secret-token", "req_1");
    await expect(open(alter(sealed), "req_1")).rejects.toBeInstanceOf(TokenNotOpened);
  });

  test("refuses another context and another key, with neither token nor sealed text in the error", async () => {
    const sealed = await seal("secret-token", "req_1");
    const otherKey = createTokenSeal(new Uint8Array(32).fill(8));
    for (const attempt of [open(sealed, "req_2"), otherKey.open(sealed, "req_1")]) {
      const error = await catchError(attempt);
      expect(error).toBeInstanceOf(TokenNotOpened);
      expect(String(error)).not.toContain("secret-token");
      expect(String(error)).not.toContain(sealed);
      expect(error).not.toHaveProperty("cause");
    }
  });

  test.each([0, 16, 31, 33])("refuses a key of %i bytes", (length) => {
    expect(() => createTokenSeal(new Uint8Array(length))).toThrow(InvariantBroken);
  });
});

describe("the key file", () => {
  test("is made once, readable by its owner only, in a directory of its owner only", () => {
    const directory = join(makeTemporaryDirectory(), "data");
    const path = join(directory, "token.key");
    const made = loadOrCreateKey(path);
    expect(made).toHaveLength(32);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(Buffer.compare(loadOrCreateKey(path), made)).toBe(0);
  });

  test("is random", () => {
    const directory = makeTemporaryDirectory();
    const first = loadOrCreateKey(join(directory, "a.key"));
    expect(Buffer.compare(first, loadOrCreateKey(join(directory, "b.key")))).not.toBe(0);
  });

  test("is refused and left alone when its length is wrong", () => {
    const path = join(makeTemporaryDirectory(), "token.key");
    writeFileSync(path, "short");
    expect(() => loadOrCreateKey(path)).toThrow("has 5 bytes instead of 32");
    expect(readFileSync(path, "utf8")).toBe("short");
  });
});

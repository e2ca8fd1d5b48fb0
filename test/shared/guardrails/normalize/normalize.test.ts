import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalize } from "../../../../shared/guardrails/normalize/normalize.ts";

/** The part of the original that the first `part` of the normalised text stands for. */
function originalOf(text: string, part: string): string {
  const { main } = normalize(text);
  const at = main.text.indexOf(part);
  const { start, end } = main.locate(at, at + part.length);
  return text.slice(start, end);
}

describe("one text has one form", () => {
  test.each([
    ["full width", "Ｉｇｎｏｒｅ", "Ignore"],
    ["mathematical letters", "𝐈𝗀𝓃𝕠𝚛𝑒", "Ignore"],
    ["circled and squared letters", "ⓘⓖ🄽🅾🅡🅴", "igNORE"],
    ["small capitals", "ɪɢɴᴏʀᴇ", "ignore"],
    ["ligatures", "o\ufb03ce", "office"],
    ["loose accents", "cafe\u0301", "café"],
    ["Cyrillic look-alikes in a Latin word", "іgnоrе", "ignore"],
    ["Greek look-alikes in a Latin word", "ιgnοre", "ignore"],
    ["a word with a letter that looks like no Latin one", "ιgnοrξ", "ιgnοrξ"],
    ["a no-break space", "a\u00a0b", "a b"],
    ["jamo", "\u1112\u1161\u11ab", "한"],
  ])("%s", (_what, text, expected) => {
    expect(normalize(text).main.text).toBe(expected);
  });

  test.each(["Привет, как дела?", "Καλημέρα κόσμε", "советы Aлексея", "日本語のテキスト", "Größe"])(
    "%s stays as it is",
    (text) => {
      expect(normalize(text).main.text).toBe(text);
    },
  );
});

describe("offsets name the original", () => {
  test("behind what grew, shrank and vanished", () => {
    const text = "ﷺ a\u200bb 𝐱𝐲 e\u0301 end";
    expect(originalOf(text, "ab")).toBe("a\u200bb");
    expect(originalOf(text, "xy")).toBe("𝐱𝐲");
    expect(originalOf(text, "é")).toBe("e\u0301");
    expect(originalOf(text, "end")).toBe("end");
  });

  test("a part of what one character became is that character", () => {
    expect(originalOf("see o\ufb03ce", "f")).toBe("\ufb03");
  });

  test("each visible word of any text is found at its place", () => {
    const word = fc.string({ unit: fc.constantFrom(...Array.from("abcdef")), minLength: 2, maxLength: 6 });
    const noise = fc.constantFrom(
      "\u200b",
      "\u{e0041}",
      " 👨‍👩‍👧 ",
      "ﷺ",
      "𝐱",
      "\u00a0",
      "한국",
      "e\u0301",
      "\u202e",
      " ",
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(noise, word), { minLength: 1, maxLength: 12 }), (pieces) => {
        let text = "";
        for (const [before, plain] of pieces) text += `${before}<${plain}>`;
        const { main } = normalize(text);
        let at = 0;
        let from = 0;
        for (const [, plain] of pieces) {
          at = main.text.indexOf(`<${plain}>`, at);
          from = text.indexOf(`<${plain}>`, from);
          expect(main.locate(at + 1, at + 1 + plain.length)).toEqual({
            start: from + 1,
            end: from + 1 + plain.length,
          });
          at += 1;
          from += 1;
        }
      }),
    );
  });

  test("of any string at all, every finding and every view lies within it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        const { main, others, findings } = normalize(text);
        for (let at = 0; at < main.text.length; at++) {
          const { start, end } = main.locate(at, at + 1);
          expect(start >= 0 && start < end && end <= text.length).toBe(true);
        }
        for (const view of others) expect(view.locate(0, 1).end).toBeLessThanOrEqual(text.length);
        for (const { start, end } of findings) expect(start < end && end <= text.length).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test("a lone surrogate and marks without end are kept", () => {
    expect(normalize("a\ud800b\u200b").main.text).toBe("a\ud800b");
    expect(normalize(`a${"\u0300\u0323".repeat(5_000)}`).main.text.length).toBeGreaterThan(9_000);
  });
});

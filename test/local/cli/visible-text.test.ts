import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeJsonText, showHidden, showValue } from "../../../local/cli/visible-text.ts";

describe("showHidden", () => {
  test.for([
    ["a terminal escape", "\u001b[2J\u001b[31mred", String.raw`\u{1b}[2J\u{1b}[31mred`],
    ["a C1 control sequence introducer", "\u009b2J", String.raw`\u{9b}2J`],
    ["a carriage return", "Refund\rApprove", String.raw`Refund\u{d}Approve`],
    ["a line end", "one\ntwo", String.raw`one\ntwo`],
    ["a backspace", "9\b1", String.raw`9\u{8}1`],
    ["a right-to-left override", "abc\u202efed", String.raw`abc\u{202e}fed`],
    ["an isolate", "\u2066x\u2069", String.raw`\u{2066}x\u{2069}`],
    ["a zero width space", "a\u200bb", String.raw`a\u{200b}b`],
    ["a byte order mark", "\ufeffa", String.raw`\u{feff}a`],
    ["a tag character", "a\u{e0041}b", String.raw`a\u{e0041}b`],
    ["a variation selector supplement", "a\u{e0100}", String.raw`a\u{e0100}`],
    ["a variation selector", "a\ufe0f", String.raw`a\u{fe0f}`],
    ["a Hangul filler", "a\u3164b", String.raw`a\u{3164}b`],
    ["a Hangul choseong filler", "\u115f", String.raw`\u{115f}`],
    ["a combining grapheme joiner", "a\u034fb", String.raw`a\u{34f}b`],
    ["a blank Braille pattern", "a\u2800b", String.raw`a\u{2800}b`],
    ["a no-break space", "a\u00a0b", String.raw`a\u{a0}b`],
    ["a line separator", "a\u2028b", String.raw`a\u{2028}b`],
    ["half a surrogate pair", "a\ud800b", String.raw`a\u{d800}b`],
    ["padding that would wrap to a new row", `a${" ".repeat(200)}b`, String.raw`a\u{20}{200}b`],
  ] as const)("shows %s", ([, text, shown]) => {
    expect(showHidden(text)).toBe(shown);
  });

  test("leaves what people can read as it is", () => {
    expect(showHidden("Größe 5 €, 東京, مرحبا, 😀 C:\\temp")).toBe("Größe 5 €, 東京, مرحبا, 😀 C:\\temp");
  });

  test("leaves no control, format or invisible character in any text, and changes nothing twice", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const shown = showHidden(text);
        expect(shown).not.toMatch(/[\p{C}--\p{Cn}--\p{Co}]|\p{Default_Ignorable_Code_Point}|\p{Zl}|\p{Zp}/v);
        expect(showHidden(shown)).toBe(shown);
      }),
    );
  });
});

describe("showValue", () => {
  test("quotes texts so that an escape of ours differs from one that was written", () => {
    expect(
      showValue({ note: 'say "hi"\u202e', path: String.raw`\u{202e}`, "odd key": [1, true, null] }),
    ).toBe(String.raw`{note: "say \"hi\"\u{202e}", path: "\\u{202e}", "odd key": [1, true, null]}`);
  });
});

describe("escapeJsonText", () => {
  test("means the same after it", () => {
    const value = { "a\u202e": "\u009b\u{e0041}\u007f", n: [1.5, null] };
    const json = JSON.stringify(value, undefined, "\t");
    expect(escapeJsonText(json)).toBe(
      String.raw`{
	"a\u202e": "\u009b\udb40\udc41\u007f",
	"n": [
		1.5,
		null
	]
}`,
    );
    expect(JSON.parse(escapeJsonText(json))).toEqual(value);
  });

  test("drops carriage returns between tokens, which could overwrite a line", () => {
    expect(escapeJsonText('{"a":1,\r"b":2}')).toBe('{"a":1,"b":2}');
  });
});

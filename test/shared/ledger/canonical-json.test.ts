import canonicalizeByOracle from "canonicalize";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { canonicalize, parseStrictJson } from "../../../shared/ledger/canonical-json.ts";
import type { JsonValue } from "../../../shared/ledger/json-value.ts";

/** The canonical text, or the reason of the refusal in angle brackets. */
function write(value: unknown, maxLength = 1_000_000): string {
  pretendJson(value);
  const result = canonicalize(value, { maxLength });
  return result.ok ? result.text : `<${result.reason}>`;
}

/** Lets values through that the parameter's type keeps out: callers without types send them too. */
function pretendJson(_value: unknown): asserts _value is JsonValue {}

function doubleOf(ieee754: string): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0x${ieee754}`));
  return view.getFloat64(0);
}

describe("RFC 8785's published vectors", () => {
  test("the strings and literals of section 3.2.2 are written as in section 3.2.3", () => {
    // The RFC's own text, with the two numbers left out that are refused below.
    const text = String.raw`{
       "numbers": [4.50, 2e-3, 0.000000000000000000000000001],
       "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
       "literals": [null, true, false]
     }`;
    const parsed = parseStrictJson(text);
    expect(parsed.ok && write(parsed.value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  test("the two numbers of section 3.2.2 that a double or I-JSON cannot keep are refused", () => {
    expect(parseStrictJson("333333333.33333329")).toMatchObject({ ok: false, reason: "unsafe_number" });
    expect(parseStrictJson("1E30")).toMatchObject({ ok: false, reason: "unsafe_number" });
    expect(write(Number("333333333.33333329"))).toBe("333333333.3333333");
    expect(write(1e30)).toBe("<unsafe_number>");
  });

  test("the keys of section 3.2.3 are sorted by UTF-16 code units", () => {
    const text = String.raw`{
       "\u20ac": "Euro Sign",
       "\r": "Carriage Return",
       "\ufb33": "Hebrew Letter Dalet With Dagesh",
       "1": "One",
       "\ud83d\ude00": "Emoji: Grinning Face",
       "\u0080": "Control",
       "\u00f6": "Latin Small Letter O With Diaeresis"
     }`;
    const parsed = parseStrictJson(text);
    expect(parsed.ok && write(parsed.value)).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis",' +
        '"€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    );
  });

  test.each([
    ["0000000000000000", "0"],
    ["8000000000000000", "0"],
    ["0000000000000001", "5e-324"],
    ["8000000000000001", "-5e-324"],
    ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
    ["3eb0c6f7a0b5ed8d", "0.000001"],
    ["41b3de4355555553", "333333333.3333332"],
    ["41b3de4355555554", "333333333.33333325"],
    ["41b3de4355555555", "333333333.3333333"],
    ["41b3de4355555556", "333333333.3333334"],
    ["41b3de4355555557", "333333333.33333343"],
    ["becbf647612f3696", "-0.0000033333333333333333"],
    ["43143ff3c1cb0959", "1424953923781206.2"],
  ])("appendix B: the double %s is written %s", (ieee754, text) => {
    expect(write(doubleOf(ieee754))).toBe(text);
  });

  test.each([
    ["7fefffffffffffff", "1.7976931348623157e+308"],
    ["ffefffffffffffff", "-1.7976931348623157e+308"],
    ["4340000000000000", "9007199254740992"],
    ["c340000000000000", "-9007199254740992"],
    ["4430000000000000", "295147905179352830000"],
    ["44b52d02c7e14af5", "9.999999999999997e+22"],
    ["44b52d02c7e14af6", "1e+23"],
    ["44b52d02c7e14af7", "1.0000000000000001e+23"],
    ["444b1ae4d6e2ef4e", "999999999999999700000"],
    ["444b1ae4d6e2ef4f", "999999999999999900000"],
    ["444b1ae4d6e2ef50", "1e+21"],
    ["7fffffffffffffff", "NaN"],
    ["7ff0000000000000", "Infinity"],
  ])("appendix B: the double %s (%s) is no safe number and is refused", (ieee754, printed) => {
    expect(String(doubleOf(ieee754))).toBe(printed);
    expect(write(doubleOf(ieee754))).toBe("<unsafe_number>");
  });
});

describe("what is refused", () => {
  class Order {
    total = "250.00";
  }
  class Orders extends Array<Order> {}
  const cycle: unknown[] = [];
  cycle.push(cycle);

  test.each<[string, unknown, string]>([
    ["undefined", undefined, "<not_json>"],
    ["an undefined member", { a: undefined }, "<not_json>"],
    ["an undefined element", [undefined], "<not_json>"],
    ["a function", { toJSON: () => 1 }, "<not_json>"],
    ["a symbol", [Symbol("a")], "<not_json>"],
    ["a bigint", 1n, "<not_json>"],
    ["a symbol key", { [Symbol("a")]: 1 }, "<not_json>"],
    ["a date", new Date(0), "<not_json>"],
    ["a map", new Map([["a", 1]]), "<not_json>"],
    ["bytes", new Uint8Array([1]), "<not_json>"],
    ["a boxed number", Object(1), "<not_json>"],
    ["a class instance", new Order(), "<not_json>"],
    ["an instance of a kind of array", new Orders(), "<not_json>"],
    ["an object that inherits", Object.create({ a: 1 }), "<not_json>"],
    ["a sparse array", Array(1), "<not_json>"],
    ["a very sparse array", Array(4_000_000_000), "<not_json>"],
    ["an array with a named property", Object.assign([1], { a: 1 }), "<not_json>"],
    ["a hole made up for by a named property", Object.assign(Array(1), { a: 1 }), "<not_json>"],
    ["a getter", Object.defineProperty({}, "a", { get: () => 1, enumerable: true }), "<not_json>"],
    ["a hidden property", Object.defineProperty({}, "a", { value: 1 }), "<not_json>"],
    ["not a number", [Number.NaN], "<unsafe_number>"],
    ["infinity", { a: -Infinity }, "<unsafe_number>"],
    ["an unsafe integer", 9007199254740992, "<unsafe_number>"],
    ["half a surrogate pair in a string", "a\uD800", "<lone_surrogate>"],
    ["half a surrogate pair in a key", { "\uDC00": 1 }, "<lone_surrogate>"],
    ["a cycle", cycle, "<too_deep>"],
  ])("%s", (_what, value, expected) => {
    expect(write(value)).toBe(expected);
  });

  test("65 containers within each other, while 64 are written", () => {
    const nest = (depth: number): JsonValue => (depth === 0 ? 1 : [nest(depth - 1)]);
    expect(write(nest(64))).toBe(`${"[".repeat(64)}1${"]".repeat(64)}`);
    expect(write(nest(65))).toBe("<too_deep>");
  });

  test("a small value whose text would double with every level", () => {
    let value: JsonValue = "x";
    for (let level = 0; level < 60; level += 1) value = [value, value];
    expect(write(value, 10_000)).toBe("<too_large>");
  });

  test("a message says what to do", () => {
    expect(canonicalize(1e21)).toEqual({
      ok: false,
      reason: "unsafe_number",
      message: "A number is not finite or is an integer beyond 9007199254740991; send it as a string.",
    });
  });
});

describe("properties", () => {
  const anyJson = fc.jsonValue({ maxDepth: 5, stringUnit: "binary" });

  test("the text is that of the oracle, unless an integer is unsafe or a string malformed", () => {
    const outcomes = { written: 0, refused: 0 };
    fc.assert(
      fc.property(anyJson, (value) => {
        const isWritable = isPortable(value);
        outcomes[isWritable ? "written" : "refused"] += 1;
        const expected = isWritable ? [canonicalizeByOracle(value)] : ["<unsafe_number>", "<lone_surrogate>"];
        expect(expected).toContain(write(value));
      }),
      { numRuns: 1_000 },
    );
    console.info("canonical texts", outcomes);
    expect(Math.min(outcomes.written, outcomes.refused)).toBeGreaterThan(0);
  });

  test("any double is written as by the oracle, unless it is an unsafe integer or not finite", () => {
    const outcomes = { written: 0, refused: 0 };
    fc.assert(
      fc.property(
        fc.oneof(fc.double(), fc.maxSafeInteger(), fc.double({ min: -1e18, max: 1e18 })),
        (number) => {
          const isWritable = isPortable(number);
          outcomes[isWritable ? "written" : "refused"] += 1;
          expect(write(number)).toBe(isWritable ? canonicalizeByOracle(number) : "<unsafe_number>");
        },
      ),
      { numRuns: 2_000 },
    );
    console.info("numbers", outcomes);
    expect(Math.min(outcomes.written, outcomes.refused)).toBeGreaterThan(0);
  });

  test("canonical text is read and written to itself", () => {
    const outcomes = { same: 0, refused: 0 };
    fc.assert(
      fc.property(anyJson, (value) => {
        const text = write(value);
        outcomes[text.startsWith("<") ? "refused" : "same"] += 1;
        const parsed = parseStrictJson(text);
        expect(parsed.ok ? write(parsed.value) : text).toBe(text);
        expect(parsed.ok).toBe(!text.startsWith("<"));
      }),
      { numRuns: 1_000 },
    );
    console.info("canonical texts read again", outcomes);
    expect(Math.min(outcomes.same, outcomes.refused)).toBeGreaterThan(0);
  });

  test("the order in which keys were set changes nothing", () => {
    const entries = fc.uniqueArray(fc.tuple(fc.string({ unit: "grapheme" }), fc.nat()), {
      selector: ([key]) => key,
    });
    const twoOrders = entries.chain((set) =>
      fc.tuple(fc.constant(set), fc.shuffledSubarray(set, { minLength: set.length })),
    );
    fc.assert(
      fc.property(twoOrders, ([ordered, shuffled]) => {
        expect(write(Object.fromEntries(shuffled))).toBe(write(Object.fromEntries(ordered)));
      }),
    );
  });
});

/** Says independently of the code under test whether JCS as restricted here can carry the value. */
function isPortable(value: unknown): boolean {
  if (typeof value === "string") return !/\p{Surrogate}/u.test(value);
  if (typeof value === "number") return Math.abs(value) < 2 ** 53;
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, member]) => isPortable(key) && isPortable(member));
}

import { isSafeNumber, keepsDecimalValue } from "./json-number.ts";
import type { JsonLimits, JsonValue } from "./json-value.ts";

export type JsonRefusal =
  | "syntax"
  | "byte_order_mark"
  | "duplicate_key"
  | "unsafe_number"
  | "lone_surrogate"
  | "control_character"
  | "too_deep"
  | "too_large";

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const FOUR_HEX_DIGITS = /[0-9a-fA-F]{4}/y;
const SPACES = /[ \t\n\r]*/y;

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** Reads one JSON text by recursive descent. Its methods answer `undefined` once it was refused; then `refusal` says why. */
export class JsonReader {
  refusal: { readonly reason: JsonRefusal; readonly at: number } = { reason: "syntax", at: 0 };
  readonly #text: string;
  readonly #limits: JsonLimits;
  #at = 0;

  constructor(text: string, limits: JsonLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  read(): JsonValue | undefined {
    if (this.#text.length > this.#limits.maxLength) return this.#refuse("too_large", this.#limits.maxLength);
    if (this.#text.startsWith("\uFEFF")) return this.#refuse("byte_order_mark", 0);
    // Half a pair in the raw text is refused first, so that it cannot be completed by an escape beside it.
    const halfPair = this.#text.search(/\p{Surrogate}/u);
    if (halfPair >= 0) return this.#refuse("lone_surrogate", halfPair);
    const value = this.#readValue(0);
    if (value === undefined) return undefined;
    return this.#at === this.#text.length ? value : this.#refuse("syntax", this.#at);
  }

  /** Reads a value and the spaces around it; `depth` is the number of containers around it. */
  #readValue(depth: number): JsonValue | undefined {
    this.#match(SPACES);
    const value = this.#readBareValue(depth);
    this.#match(SPACES);
    return value;
  }

  #readBareValue(depth: number): JsonValue | undefined {
    const first = this.#text[this.#at];
    if (first === '"') return this.#readString();
    if (first === "{" || first === "[") {
      if (depth >= this.#limits.maxDepth) return this.#refuse("too_deep", this.#at);
      this.#at += 1;
      return first === "{" ? this.#readObject(depth) : this.#readArray(depth);
    }
    if (this.#take("null")) return null;
    if (this.#take("true")) return true;
    if (this.#take("false")) return false;
    return this.#readNumber();
  }

  #readObject(depth: number): JsonValue | undefined {
    const object: Record<string, JsonValue> = {};
    this.#match(SPACES);
    if (this.#take("}")) return object;
    do {
      this.#match(SPACES);
      const keyAt = this.#at;
      const key = this.#readString();
      if (key === undefined) return undefined;
      if (Object.hasOwn(object, key)) return this.#refuse("duplicate_key", keyAt);
      this.#match(SPACES);
      if (!this.#take(":")) return this.#refuse("syntax", this.#at);
      const value = this.#readValue(depth + 1);
      if (value === undefined) return undefined;
      // Defined, not assigned: assigning to `__proto__` would set the prototype.
      Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
    } while (this.#take(","));
    return this.#take("}") ? object : this.#refuse("syntax", this.#at);
  }

  #readArray(depth: number): JsonValue | undefined {
    const array: JsonValue[] = [];
    this.#match(SPACES);
    if (this.#take("]")) return array;
    do {
      const value = this.#readValue(depth + 1);
      if (value === undefined) return undefined;
      array.push(value);
    } while (this.#take(","));
    return this.#take("]") ? array : this.#refuse("syntax", this.#at);
  }

  #readNumber(): number | undefined {
    const start = this.#at;
    const literal = this.#match(NUMBER);
    if (literal === undefined) return this.#refuse("syntax", start);
    const value = Number(literal);
    if (!isSafeNumber(value) || !keepsDecimalValue(literal, value))
      return this.#refuse("unsafe_number", start);
    return value === 0 ? 0 : value; // Never negative zero.
  }

  #readString(): string | undefined {
    const start = this.#at;
    if (!this.#take('"')) return this.#refuse("syntax", start);
    let value = "";
    for (;;) {
      value += this.#readPlainCharacters();
      if (this.#take('"')) break;
      if (!this.#take("\\")) return this.#refuse(this.#isAtEnd() ? "syntax" : "control_character", this.#at);
      const character = this.#readEscaped();
      if (character === undefined) return undefined;
      value += character;
    }
    return value.isWellFormed() ? value : this.#refuse("lone_surrogate", start);
  }

  /** Everything up to the next quote, backslash, control character (below U+0020, RFC 8259 section 7) or the end. */
  #readPlainCharacters(): string {
    const start = this.#at;
    for (; !this.#isAtEnd(); this.#at += 1) {
      const character = this.#text[this.#at] ?? "";
      if (character === '"' || character === "\\" || character < " ") break;
    }
    return this.#text.slice(start, this.#at);
  }

  /** What stands behind a backslash. */
  #readEscaped(): string | undefined {
    const start = this.#at - 1;
    if (this.#take("u")) {
      const digits = this.#match(FOUR_HEX_DIGITS);
      return digits === undefined
        ? this.#refuse("syntax", start)
        : String.fromCharCode(Number.parseInt(digits, 16));
    }
    const character = SHORT_ESCAPES.get(this.#text[this.#at] ?? "");
    if (character === undefined) return this.#refuse("syntax", start);
    this.#at += 1;
    return character;
  }

  #isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  #take(expected: string): boolean {
    if (!this.#text.startsWith(expected, this.#at)) return false;
    this.#at += expected.length;
    return true;
  }

  /** Takes what a sticky pattern matches here; `undefined` if it does not. */
  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const matched = pattern.exec(this.#text)?.[0];
    if (matched !== undefined) this.#at += matched.length;
    return matched;
  }

  #refuse(reason: JsonRefusal, at: number): undefined {
    this.refusal = { reason, at };
    return undefined;
  }
}

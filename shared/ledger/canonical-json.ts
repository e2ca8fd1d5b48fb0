import type { JsonLimits, JsonValue } from "./json-value.ts";
import { JsonReader, type JsonRefusal } from "./json-reader.ts";
import { type CanonicalRefusal, JsonWriter } from "./json-writer.ts";

declare const canonicalText: unique symbol;

/** JSON text in the one form that RFC 8785 allows for its value; only `canonicalize` makes it. */
export type CanonicalText = string & { readonly [canonicalText]: true };

/** `at` is the offset in the text, in UTF-16 units. */
export type StrictJson =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly reason: JsonRefusal; readonly at: number; readonly message: string };

export type CanonicalJson =
  | { readonly ok: true; readonly text: CanonicalText }
  | { readonly ok: false; readonly reason: CanonicalRefusal; readonly message: string };

const TEXT_LIMITS: JsonLimits = { maxDepth: 64, maxLength: 1024 * 1024 };

// Canonical text is at most four times as long as what it was read from ("1e15" becomes 16 digits), so whatever
// parseStrictJson accepts by its own defaults fits here too.
const CANONICAL_LIMITS: JsonLimits = { maxDepth: 64, maxLength: 4 * 1024 * 1024 };

/**
 * Parses JSON text (RFC 8259, the I-JSON rules of RFC 7493) and refuses whatever `JSON.parse` would silently change:
 * duplicate keys, numbers that a double cannot hold, lone surrogates.
 *
 * Negative zero is read as zero, because RFC 8785 prints it as `0`: so a value is the same before and after its
 * canonical text. `__proto__` becomes an ordinary own key; copy such objects by spreading, never by `Object.assign`.
 * Messages never quote the text.
 */
export function parseStrictJson(text: string, limits: Partial<JsonLimits> = {}): StrictJson {
  const reader = new JsonReader(text, { ...TEXT_LIMITS, ...limits });
  const value = reader.read();
  if (value !== undefined) return { ok: true, value };
  const { reason, at } = reader.refusal;
  return { ok: false, reason, at, message: `At offset ${at}: ${TEXT_MESSAGES[reason]}` };
}

/**
 * Serializes a value by RFC 8785 (JCS): no spaces, keys by UTF-16 code units, numbers as ECMAScript prints them.
 *
 * Negative zero is written as `0` (RFC 8785 appendix B). Refused is whatever JSON cannot carry unchanged: `not_json`
 * (undefined, functions, bigints, class instances, accessors, symbol keys, sparse arrays), `unsafe_number` (not finite,
 * or an integer beyond ±(2^53 - 1)), `lone_surrogate`, and values past the limits, which is how a cycle ends.
 */
export function canonicalize(value: JsonValue, limits: Partial<JsonLimits> = {}): CanonicalJson {
  const writer = new JsonWriter({ ...CANONICAL_LIMITS, ...limits });
  if (writesWhole(writer, value)) return { ok: true, text: writer.text };
  return { ok: false, reason: writer.refusal, message: VALUE_MESSAGES[writer.refusal] };
}

/** The one place where text becomes `CanonicalText`: the writer is fresh and refused nothing. */
function writesWhole(
  writer: JsonWriter,
  value: JsonValue,
): writer is JsonWriter & { readonly text: CanonicalText } {
  return writer.write(value);
}

const TEXT_MESSAGES: { readonly [reason in JsonRefusal]: string } = {
  syntax: "this is not JSON; send one JSON value without comments or trailing commas.",
  byte_order_mark: "the text begins with a byte order mark; send it without.",
  duplicate_key: "the key is already in this object; send each key once.",
  unsafe_number: "the number cannot be kept exactly; send it as a string.",
  lone_surrogate: "half of a surrogate pair stands alone; send well-formed Unicode.",
  control_character: "a control character stands unescaped in a string; escape it.",
  too_deep: "the value is nested too deeply; flatten it.",
  too_large: "the text is longer than that; send less.",
};

const VALUE_MESSAGES: { readonly [reason in CanonicalRefusal]: string } = {
  not_json: "A value is not plain JSON; use null, booleans, numbers, strings, arrays and plain objects only.",
  unsafe_number: "A number is not finite or is an integer beyond 9007199254740991; send it as a string.",
  lone_surrogate: "A string or key holds half of a surrogate pair; send well-formed Unicode.",
  too_deep: "The value is nested too deeply or contains itself; flatten it.",
  too_large: "The value is too large in its canonical form; send less.",
};

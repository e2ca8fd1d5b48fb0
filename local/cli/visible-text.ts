import type { JsonValue } from "../../shared/ledger/json-value.ts";

/**
 * What a reader cannot see, or what moves other text about: `\p{Cf}` alone misses U+3164, U+115F, U+FE0F, U+E0100 and
 * U+034F, and U+2800 is in none of these classes. Cs is a surrogate without its other half.
 */
const hidden =
  /[[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Zs}\u2800]--[ ]]/gv;

/** Enough spaces to push what follows into the terminal's next row, where it looks like a line of ours. */
const padding = / {8,}/g;

/** Makes a text safe to print on one line: hidden characters as `\u{…}`, line ends as `\n`, padding counted. */
export function showHidden(text: string): string {
  return text
    .replace(hidden, escapeCharacter)
    .replace(padding, (spaces) => String.raw`\u{20}{${spaces.length}}`);
}

/**
 * A JSON value on one line. Strings stand in quotes with `"` and `\` escaped, so that an escape that we wrote can be
 * told from one that the author of the text wrote.
 */
export function showValue(value: JsonValue): string {
  if (typeof value === "string") return showString(value);
  if (value === null || typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${value.map(showValue).join(", ")}]`;
  const members = Object.entries(value).map(([name, member]) => `${showName(name)}: ${showValue(member)}`);
  return `{${members.join(", ")}}`;
}

/** A member's name: in quotes unless it is a plain word. */
export function showName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : showString(name);
}

/** The same JSON text with hidden characters as JSON escapes; it means the same and cannot steer a terminal. */
export function escapeJsonText(json: string): string {
  return json.replace(hidden, (character) => {
    // Between tokens these are space (RFC 8259 section 2); within a string they have to be escaped already.
    if (character === "\n" || character === "\t") return character;
    return character === "\r" ? "" : escapeUnits(character);
  });
}

function showString(text: string): string {
  return `"${showHidden(text.replace(/["\\]/g, String.raw`\$&`))}"`;
}

function escapeCharacter(character: string): string {
  if (character === "\n") return String.raw`\n`;
  return String.raw`\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

function escapeUnits(character: string): string {
  return character
    .split("")
    .map((unit) => String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}

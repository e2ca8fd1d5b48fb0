import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { MalformedRecord } from "../../domain/errors.ts";
import type { ItemBody } from "../../ports/store.ts";

/** An item as the SDK hands it over. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

export function readText(attributes: Attributes, name: string): string {
  const text = attributes[name]?.S;
  if (text === undefined) throw malformed(name, "text");
  return text;
}

export function readNumber(attributes: Attributes, name: string): number {
  const number = Number(attributes[name]?.N);
  if (!Number.isSafeInteger(number)) throw malformed(name, "a whole number");
  return number;
}

/** JSON that an adapter wrote itself; what it means is checked where it is used. */
export function readJson(attributes: Attributes, name: string): unknown {
  const text = readText(attributes, name);
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    throw malformed(name, "JSON");
  }
}

export function readBody(attributes: Attributes): ItemBody {
  const value = readJson(attributes, "body");
  if (!isParsedObject(value)) throw malformed("body", "a JSON object");
  return value;
}

// JSON.parse makes nothing but JSON values, so looking at the top is enough.
function isParsedObject(value: unknown): value is ItemBody {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(name: string, expected: string): MalformedRecord {
  return new MalformedRecord(
    `Attribute "${name}" of an item does not hold ${expected}: restore the table to a point in time.`,
  );
}

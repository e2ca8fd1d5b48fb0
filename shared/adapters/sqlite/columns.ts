import { MalformedRecord } from "../../domain/errors.ts";
import type { JsonValue } from "../../ledger/json-value.ts";
import type { ItemBody } from "../../ports/store.ts";
import { unpackText } from "./pack-text.ts";

/** A row as `node:sqlite` hands it over. */
export type Row = Readonly<Record<string, unknown>>;

export function readText(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw malformed(column, "text");
  return value;
}

export function readNumber(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== "number") throw malformed(column, "a number");
  return value;
}

export function readBytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw malformed(column, "bytes");
  return value;
}

/** JSON that this adapter wrote itself; what it means is checked where it is used. */
export function readJson(row: Row, column: string): JsonValue {
  const value: unknown = JSON.parse(readText(row, column));
  if (!isParsedJson(value)) throw malformed(column, "JSON");
  return value;
}

export function readBody(row: Row): ItemBody {
  const value = parseBody(readText(row, "body"));
  if (!isParsedObject(value)) throw malformed("body", "a JSON object");
  return value;
}

function parseBody(stored: string): unknown {
  try {
    return JSON.parse(unpackText(stored));
  } catch {
    return undefined;
  }
}

// The only two places where stored JSON gets its type: JSON.parse makes nothing but JSON values, so the top is enough.
function isParsedJson(value: unknown): value is JsonValue {
  return value !== undefined;
}

function isParsedObject(value: unknown): value is ItemBody {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(column: string, expected: string): MalformedRecord {
  return new MalformedRecord(
    `Column "${column}" of the database does not hold ${expected}: restore the database from a backup.`,
  );
}

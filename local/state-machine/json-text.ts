import * as z from "zod/mini";
import type { JsonValue } from "../../shared/ledger/json-value.ts";

/** For values that `JSON.parse` made, which are JSON by construction; only a missing member is refused. */
export const jsonValue = z.custom<JsonValue>((value) => value !== undefined);

/** A JSON text that this process or the journal wrote. */
export function parseJson(text: string): JsonValue {
  return jsonValue.parse(JSON.parse(text));
}

/** Size as Step Functions counts it: UTF-8 bytes of the JSON text. */
export function countBytes(value: JsonValue): number {
  return Buffer.byteLength(JSON.stringify(value));
}

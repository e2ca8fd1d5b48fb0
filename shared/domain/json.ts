import * as z from "zod/mini";
import type { JsonValue } from "../ledger/json-value.ts";

/** Any JSON value, as records and payloads carry it. */
export const jsonValueSchema: z.ZodMiniType<JsonValue> = z.json();

import { executeCallSchema } from "../../shared/wire/machine.ts";
import type { Invocation } from "../../shared/ports/functions.ts";
import { executeCall, type ExecuteCallParts } from "./execute-call.ts";

/** The last gate: runs an approved call once, or records why it did not run. */
export function createHandler(parts: ExecuteCallParts) {
  return async (event: unknown, invocation: Invocation): Promise<{ readonly status: string }> => ({
    status: await executeCall(parts, executeCallSchema.parse(event), invocation),
  });
}

import { executionInputSchema, executionStatusSchema } from "../../shared/wire/machine.ts";
import { parseStrictJson } from "../../shared/ledger/canonical-json.ts";
import { adoptRun, type AdoptRunParts } from "./adopt-run.ts";

/** Hears how an execution ended; one that ended without its run is followed by another. */
export function createHandler(parts: AdoptRunParts) {
  return async (event: unknown): Promise<Record<string, never>> => {
    const { detail } = executionStatusSchema.parse(event);
    if (detail.status === "RUNNING") return {};
    const input = parseStrictJson(detail.input ?? "");
    if (input.ok) await adoptRun(parts, executionInputSchema.parse(input.value));
    else parts.log({ level: "alarm", event: "execution-input-missing" });
    return {};
  };
}

import { endRunSchema } from "../../shared/wire/machine.ts";
import { endRun, type EndRunParts } from "./end-run.ts";

/** Makes the run's ending final. */
export function createHandler(parts: EndRunParts) {
  return async (event: unknown): Promise<Record<string, never>> => {
    await endRun(parts, endRunSchema.parse(event));
    return {};
  };
}

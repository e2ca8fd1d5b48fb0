import type { Invocation } from "../../shared/ports/functions.ts";
import { publishLog, type PublishLogParts } from "./publish-log.ts";

/** Publishes what is sealed, by the clock. An event says nothing; what is to be done is read from log and seals. */
export function createHandler(
  parts: PublishLogParts,
): (event: unknown, invocation: Invocation) => Promise<Record<string, never>> {
  return async (_event, { deadlineAt }) => {
    await publishLog(parts, deadlineAt);
    return {};
  };
}

import { openRequirementSchema } from "../../shared/wire/machine.ts";
import { storeToken, type StoreTokenParts } from "./store-token.ts";

/** Stores the task token that completes the wait; the machine then waits for it. */
export function createHandler(parts: StoreTokenParts) {
  return async (event: unknown): Promise<Record<string, never>> => {
    await storeToken(parts, openRequirementSchema.parse(event));
    return {};
  };
}

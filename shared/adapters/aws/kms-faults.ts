import { KeyUnavailable } from "../../domain/errors.ts";
import { faultNameOf, toServiceFault } from "./service-faults.ts";

/** The key exists and stands still: disabled, about to be deleted, or its store is away. An operator can undo each. */
const standingNames: ReadonlySet<string> = new Set([
  "DisabledException",
  "KMSInvalidStateException",
  "KeyUnavailableException",
]);

/** What a failed call of KMS means to a port; `key` names the key at the beginning of a sentence. */
export function toKmsFault(error: unknown, call: string, key: string): Error {
  const name = faultNameOf(error);
  if (name !== undefined && standingNames.has(name)) {
    return new KeyUnavailable(`${key} cannot be used (${name}): enable it, then try again.`);
  }
  return toServiceFault(error, call, KeyUnavailable);
}

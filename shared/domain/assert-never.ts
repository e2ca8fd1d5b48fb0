/** Ends a `switch` over a closed union: the compiler rejects it when a case is missing, and it throws if one slips through. */
export function assertNever(value: never): never {
  // The value itself may be personal or secret, so the message names its type only.
  throw new Error(`A case is not handled for a value of type ${typeof value}; add it to the switch.`);
}

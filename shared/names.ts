/** Starts the physical name of everything a deployment owns, so that several fit into one account. */
export const defaultPrefix = "countersign";

/** The Lambda function's name, at most 64 characters (Lambda quota). */
export function functionNameOf(prefix: string, name: string): string {
  return `${prefix}-${name}`;
}

/** The name of the state machine `run`, at most 80 characters (Step Functions quota). */
export function runMachineNameOf(prefix: string): string {
  return `${prefix}-run`;
}

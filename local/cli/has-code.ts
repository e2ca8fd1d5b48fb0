/** Whether an error, or one that caused it, carries this code of Node's. */
export function hasCode(error: unknown, code: string): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && error.code === code) return true;
  // `fetch` wraps the error of the connection, and a name with several addresses wraps one each.
  if (error instanceof AggregateError && error.errors.some((each) => hasCode(each, code))) return true;
  return hasCode(error.cause, code);
}

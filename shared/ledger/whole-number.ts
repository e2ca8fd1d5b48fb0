const DECIMAL = /^(?:0|[1-9][0-9]{0,15})$/;

/**
 * Reads the ASCII decimal that tree sizes and indexes are written in (C2SP tlog-checkpoint, "Note text"): no sign, no
 * leading zeros, at most 2^53 - 1, where every whole number is still exact. Anything else is `undefined`.
 */
export function parseWholeNumber(text: string): number | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Whether a value can be a tree size or the index of an entry: whole, from 0 to 2^53 - 1. */
export function isWholeNumber(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/**
 * What a step or a result may take of an item's 400,000 bytes (DynamoDB's limit). Sealed, personal values take four thirds
 * of their JSON (shared/adapters/vaulted-store.ts); the rest is for the readings and places of 128 calls, keys and ids.
 */
export const mostContentBytes = 265_000;

/** Bytes of a value as the stores keep it: the UTF-8 of its JSON text. */
export function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/** As much of the text, from its beginning, as surely fits: no UTF-16 unit takes more than six bytes of JSON. */
export function cutToBytes(text: string, bytes: number): string {
  return text.slice(0, Math.max(0, Math.floor(bytes / 6))).toWellFormed();
}

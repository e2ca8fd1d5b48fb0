/** What a step or a result may take of an item's 400,000 bytes (DynamoDB's limit); the rest is for its keys and ids. */
export const mostContentBytes = 350_000;

/** Bytes of a value as the stores keep it: the UTF-8 of its JSON text. */
export function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

import * as z from "zod";

// DynamoDB's units by its documents ("Read and write operations", "Item sizes and formats"), since DynamoDB Local counts
// transactions and absent items by rules of its own: aws-system-units.test.ts shows where.

const attributeSchema = z.union([z.strictObject({ S: z.string() }), z.strictObject({ N: z.string() })]);
export const attributesSchema = z.record(z.string(), attributeSchema);
export type StoredAttributes = z.infer<typeof attributesSchema>;

/** Bytes that DynamoDB counts for an item: names and values; two digits of a number are one byte, and one is added. */
export function sizeOfItem(attributes: StoredAttributes): number {
  return Object.entries(attributes).reduce((sum, [name, value]) => {
    const bytes = "S" in value ? Buffer.byteLength(value.S) : Math.ceil(value.N.length / 2) + 1;
    return sum + Buffer.byteLength(name) + bytes;
  }, 0);
}

/** Units of a consistent read: 4 kB each; one that finds nothing costs one. */
export function readUnitsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 4_096));
}

/**
 * Units of a put, delete or check of an item with so many bytes, before or after, whichever is more: 1 kB each, twice in
 * a transaction, which prepares and commits. A check counts as a write, and one of an absent item as 1 kB.
 */
export function writeUnitsOf(bytes: number, isInTransaction: boolean): number {
  return Math.max(1, Math.ceil(bytes / 1_024)) * (isInTransaction ? 2 : 1);
}

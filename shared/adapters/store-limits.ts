import { InvariantBroken, ItemTooLarge, TransactionTooLarge } from "../domain/errors.ts";
import type { ItemKey, Range, WriteAction } from "../ports/store.ts";

// The port's limits, checked in one place so that every adapter refuses the same things. Those of keys and the size of a
// transaction are DynamoDB's own (2,048 and 1,024 bytes; 4 MB).
const MAX_ITEM_BYTES = 400_000;
const MAX_PARTITION_BYTES = 2_048;
const MAX_SORT_BYTES = 1_024;
const MAX_ACTIONS = 100;
const MAX_TRANSACTION_BYTES = 4_000_000;
const MAX_KEYS = 100;
const MAX_PAGE = 1_000;

/**
 * The JSON text of each put's body, `undefined` for other actions, once the whole write keeps the limits. The size of
 * an item is the UTF-8 bytes of its partition, its sort key and that text.
 */
export function encodeWrite(actions: readonly WriteAction[]): readonly (string | undefined)[] {
  if (actions.length > MAX_ACTIONS) {
    throw new TransactionTooLarge(
      `A transaction has ${actions.length} actions; at most ${MAX_ACTIONS} fit into one.`,
    );
  }
  refuseRepeatedKeys(actions);
  let totalBytes = 0;
  const bodies = actions.map((action) => {
    checkKey(action.key);
    if (action.action !== "put") return undefined;
    const body = JSON.stringify(action.body);
    totalBytes += measureItem(action.key, body);
    return body;
  });
  if (totalBytes > MAX_TRANSACTION_BYTES) {
    throw new TransactionTooLarge(
      `A transaction writes ${totalBytes} bytes; at most ${MAX_TRANSACTION_BYTES} fit into one.`,
    );
  }
  return bodies;
}

export function checkKeys(keys: readonly ItemKey[]): void {
  if (keys.length > MAX_KEYS) {
    throw new InvariantBroken(`A read asks for ${keys.length} keys; ask for at most ${MAX_KEYS} at once.`);
  }
  for (const key of keys) checkKey(key);
}

export function checkRange(range: Range): void {
  if (!Number.isInteger(range.limit) || range.limit < 1 || range.limit > MAX_PAGE) {
    throw new InvariantBroken(`A page of ${range.limit} items was asked for; ask for 1 to ${MAX_PAGE}.`);
  }
}

/** Keys are not empty and well-formed, since half a surrogate pair has no UTF-8 form and would change on the way. */
function checkKey({ table, partition, sort }: ItemKey): void {
  if (partition === "" || sort === "" || !partition.isWellFormed() || !sort.isWellFormed()) {
    throw new InvariantBroken(
      `A key of table "${table}" is empty or not well-formed Unicode: give it a partition and a sort key.`,
    );
  }
  if (exceeds(partition, MAX_PARTITION_BYTES) || exceeds(sort, MAX_SORT_BYTES)) {
    throw new ItemTooLarge(
      `A key of table "${table}" is too long; at most ${MAX_PARTITION_BYTES} bytes of partition and ` +
        `${MAX_SORT_BYTES} of sort key fit.`,
    );
  }
}

function measureItem({ table, partition, sort }: ItemKey, body: string): number {
  const bytes = Buffer.byteLength(partition) + Buffer.byteLength(sort) + Buffer.byteLength(body);
  if (bytes > MAX_ITEM_BYTES) {
    throw new ItemTooLarge(
      `Item "${sort}" of "${partition}" in table "${table}" has ${bytes} bytes; at most ${MAX_ITEM_BYTES} fit: ` +
        "store less, or spread it over several items.",
    );
  }
  return bytes;
}

function refuseRepeatedKeys(actions: readonly WriteAction[]): void {
  if (actions.length < 2) return;
  const seen = new Set<string>();
  for (const { key } of actions) {
    const name = `${key.table}#${key.partition.length}#${key.partition}#${key.sort}`;
    if (seen.has(name)) {
      throw new InvariantBroken(
        `A transaction names item "${key.sort}" of "${key.partition}" in table "${key.table}" twice: ` +
          "one action a key.",
      );
    }
    seen.add(name);
  }
}

/** No UTF-16 unit takes more than three bytes of UTF-8, so that most texts need no counting. */
function exceeds(text: string, maxBytes: number): boolean {
  return text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes;
}

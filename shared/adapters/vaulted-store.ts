import * as z from "zod/mini";
import { InvariantBroken, MalformedRecord } from "../domain/errors.ts";
import { jsonValueSchema } from "../domain/json.ts";
import { decodeHex } from "../ledger/hex.ts";
import type { EncryptValues } from "../ports/encrypt-values.ts";
import type { Item, ItemBody, ItemKey, Store, WriteAction } from "../ports/store.ts";
import { vaultKey } from "../records/keys.ts";
import { parseItem } from "../records/loaded.ts";
import { type PersonalRow, personalRowOf, putBack, takeOut } from "../records/personal-fields.ts";
import { type RunKey, runKeySchema } from "../records/vault-records.ts";

/** Where a stored row keeps its personal values: EncryptValues' form of their JSON. */
const sealedField = "sealed";

/** `open` reads the run's keys, so it needs the grant to read `vault`; `none` reads every row as an erased one reads. */
export type PersonalAccess = "none" | "open";

export interface VaultedStoreParts {
  readonly store: Store;
  readonly encryption: EncryptValues;
  readonly access: PersonalAccess;
}

/** A run's key as it stands; `undefined` for a run that was stored before runs had keys. */
type Key = RunKey | undefined;

const mostKeysAtOnce = 100;

/** Runs whose key a store remembers for its writes; a process works on few at once. */
const mostRemembered = 1_000;

const valuesSchema = z.record(z.string(), jsonValueSchema);

/**
 * Stores the personal values of every row under the key of its run, and puts them back where the row is read
 * (shared/records/personal-fields.ts, docs/adr/0012-vault.md). A row whose run's key is erased reads as erased; one whose
 * values do not open is never acted on (`MalformedRecord`). Runs without a key, from before there were any, stay as they
 * are.
 *
 * A key is read again with every row and never kept to open one, so that nothing is read after it was erased. A write
 * takes the key that this store has read last for the run, as whoever writes a row has read it: what it seals under a key
 * that is erased in between is as lost as the rest.
 */
export function createVaultedStore({ store, encryption, access }: VaultedStoreParts): Store {
  return access === "open" ? new VaultedStore(store, encryption) : createBlindStore(store);
}

/** Sees no personal value, and so cannot write a row that has any. */
function createBlindStore(store: Store): Store {
  const erase = (item: Item): Item => {
    const row = personalRowOf(item.key);
    return row === undefined ? item : { ...item, body: readErased(item.body, row) };
  };
  return {
    get: async (keys) => (await store.get(keys)).map((item) => item && erase(item)),
    async query(range) {
      const { items, more } = await store.query(range);
      return { items: items.map(erase), more };
    },
    async write(actions) {
      for (const { action, key } of actions) {
        if (action !== "put" || personalRowOf(key) === undefined) continue;
        throw new InvariantBroken(
          `${nameOf(key)} holds personal values, and this function opens none: see shared/wiring.ts.`,
        );
      }
      return store.write(actions);
    },
  };
}

class VaultedStore implements Store {
  readonly #store: Store;
  readonly #encryption: EncryptValues;
  /** Reads on their way, so that rows read side by side ask for a key once. */
  readonly #reading = new Map<string, Promise<Key>>();
  /** The key that was read last of each run, the run that was read longest ago first. */
  readonly #remembered = new Map<string, Key>();

  constructor(store: Store, encryption: EncryptValues) {
    this.#store = store;
    this.#encryption = encryption;
  }

  async get(keys: readonly ItemKey[]): Promise<readonly (Item | undefined)[]> {
    const vaultKeys = distinct(
      keys.flatMap((key) => {
        const row = personalRowOf(key);
        return row === undefined ? [] : [vaultKey(row.tenant, row.run)];
      }),
    );
    if (vaultKeys.length === 0) return this.#store.get(keys);
    const [items, found] = await this.#getWithKeys(keys, vaultKeys);
    const runKeys = new Map(
      vaultKeys.map((key, place) => [key.partition, this.#remember(key, found[place])]),
    );
    return Promise.all(items.map(async (item) => item && this.#open(item, runKeys)));
  }

  /** Rows and keys in one request, which names nothing twice, where they fit into one. */
  async #getWithKeys(keys: readonly ItemKey[], vaultKeys: readonly ItemKey[]) {
    const asksForKeys = keys.some(({ table }) => table === "vault");
    if (asksForKeys || keys.length + vaultKeys.length > mostKeysAtOnce)
      return Promise.all([this.#store.get(keys), this.#store.get(vaultKeys)]);
    const items = await this.#store.get([...keys, ...vaultKeys]);
    return [items.slice(0, keys.length), items.slice(keys.length)] as const;
  }

  async query(range: Parameters<Store["query"]>[0]): ReturnType<Store["query"]> {
    // All rows of a partition belong to one run; a sort key that is none says whether any could hold something.
    const row = this.#rowOfPartition(range);
    if (row === undefined) return this.#store.query(range);
    const key = vaultKey(row.tenant, row.run);
    const [page, runKey] = await Promise.all([this.#store.query(range), this.#readKey(key)]);
    const runKeys = new Map([[key.partition, runKey]]);
    const items = await Promise.all(page.items.map((item) => this.#open(item, runKeys)));
    return { items, more: page.more };
  }

  #rowOfPartition({ table, partition }: Pick<ItemKey, "table" | "partition">): PersonalRow | undefined {
    const kinds: readonly string[] = ["run", "call#", "v"];
    for (const sort of kinds) {
      const row = personalRowOf({ table, partition, sort });
      if (row !== undefined) return row;
    }
    return undefined;
  }

  async write(actions: Parameters<Store["write"]>[0]): ReturnType<Store["write"]> {
    const given = new Map<string, Key>();
    for (const action of actions) {
      if (action.action !== "put" || action.key.table !== "vault") continue;
      given.set(action.key.partition, runKeySchema.parse(action.body));
    }
    const sealed = await Promise.all(actions.map((action) => this.#seal(action, given)));
    const outcome = await this.#store.write(sealed);
    if (outcome.outcome === "written") for (const [partition, key] of given) this.#keep(partition, key);
    return outcome;
  }

  async #seal(action: WriteAction, given: ReadonlyMap<string, Key>): Promise<WriteAction> {
    const row = action.action === "put" ? personalRowOf(action.key) : undefined;
    if (action.action !== "put" || row === undefined) return action;
    if (Object.hasOwn(action.body, sealedField))
      throw new InvariantBroken(`${nameOf(action.key)} has a field "${sealedField}" of its own.`);
    const key = await this.#keyForWrite(row, given);
    if (key === undefined) return action;
    const { erased, values } = takeOut(action.body, row.fields);
    if (key.status === "erased" || Object.keys(values).length === 0) return { ...action, body: erased };
    const sealed = this.#encryption.seal(decodeKey(key.key), JSON.stringify(values), contextOf(action.key));
    return { ...action, body: { ...erased, [sealedField]: sealed } };
  }

  async #keyForWrite({ tenant, run }: PersonalRow, given: ReadonlyMap<string, Key>): Promise<Key> {
    const key = vaultKey(tenant, run);
    if (given.has(key.partition)) return given.get(key.partition);
    if (this.#remembered.has(key.partition)) return this.#remembered.get(key.partition);
    return this.#readKey(key);
  }

  async #open(item: Item, runKeys: ReadonlyMap<string, Key>): Promise<Item> {
    const row = personalRowOf(item.key);
    if (row === undefined) return item;
    const isSealed = Object.hasOwn(item.body, sealedField);
    const read = runKeys.get(vaultKey(row.tenant, row.run).partition);
    // Row and key are no snapshot: a run may have been made between the two reads.
    const key = isSealed && read === undefined ? await this.#readKey(vaultKey(row.tenant, row.run)) : read;
    if (key?.status === "erased") return { ...item, body: readErased(item.body, row) };
    if (!isSealed) return item;
    const body = key === undefined ? undefined : this.#tryOpen(item, row, key.key);
    if (body !== undefined) return { ...item, body };
    throw new MalformedRecord(
      `The personal values of ${nameOf(item.key)} do not open with the key of their run: one of the two was altered, or put in another's place.`,
    );
  }

  #tryOpen({ key, body }: Item, { fields }: PersonalRow, hex: string): ItemBody | undefined {
    const { [sealedField]: sealed, ...stored } = body;
    // What stands beside sealed values is their erased reading; a value in clear there is none of ours.
    if (typeof sealed !== "string" || Object.keys(takeOut(stored, fields).values).length > 0)
      return undefined;
    const text = this.#encryption.open(decodeKey(hex), sealed, contextOf(key));
    if (text === undefined) return undefined;
    const values = valuesSchema.safeParse(JSON.parse(text));
    return values.success ? putBack(stored, values.data) : undefined;
  }

  #readKey(key: ItemKey): Promise<Key> {
    const known = this.#reading.get(key.partition);
    if (known !== undefined) return known;
    const reading = this.#store
      .get([key])
      .then(([item]) => this.#remember(key, item))
      .finally(() => this.#reading.delete(key.partition));
    this.#reading.set(key.partition, reading);
    return reading;
  }

  #remember({ partition }: ItemKey, item: Item | undefined): Key {
    const key = item === undefined ? undefined : parseItem(item, runKeySchema).value;
    // A run's key comes with the run, so none is remembered as missing: it may be about to come.
    if (key !== undefined) this.#keep(partition, key);
    return key;
  }

  #keep(partition: string, key: Key): void {
    this.#remembered.delete(partition);
    this.#remembered.set(partition, key);
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size <= mostRemembered) return;
      this.#remembered.delete(oldest);
    }
  }
}

/** Also of rows from before there were keys: their run's key says that they are erased. */
function readErased(body: ItemBody, { fields }: PersonalRow): ItemBody {
  const { [sealedField]: _sealed, ...stored } = body;
  return takeOut(stored, fields).erased;
}

/** Binds sealed values to their row: moved to another one they do not open. */
function contextOf({ table, partition, sort }: ItemKey): string {
  return JSON.stringify([table, partition, sort]);
}

function decodeKey(hex: string): Uint8Array {
  const key = decodeHex(hex);
  if (key === undefined) throw new InvariantBroken("A run's key passed its schema and is not hex.");
  return key;
}

function distinct(keys: readonly ItemKey[]): readonly ItemKey[] {
  return [...new Map(keys.map((key) => [key.partition, key])).values()];
}

function nameOf({ table, partition, sort }: ItemKey): string {
  return `${table}/${partition}/${sort}`;
}

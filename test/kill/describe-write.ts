import type { Block } from "../../shared/ledger/block.ts";
import type { ItemBody, ItemKey, WriteAction } from "../../shared/ports/store.ts";
import { parseLedgerEntry } from "../../shared/wire/ledger-entry.ts";
import { outboxPrefix } from "../../shared/wiring.ts";

/**
 * A store write in words: per table what is put, deleted and checked. Ids, times and places are left out, so that the
 * same write has the same words in every run.
 */
export function describeStoreWrite(actions: readonly WriteAction[]): string {
  const parts = new Map<string, Set<string>>();
  for (const action of actions) {
    const verb = `${action.action} ${action.key.table}`;
    const names = parts.get(verb) ?? new Set();
    parts.set(verb, names.add(nameOf(action)));
  }
  const said = [...parts].map(([verb, names]) => `${verb} ${[...names].join("+")}`);
  return `store: ${said.join(", ")}`;
}

export function describeAppend({ entries }: Block): string {
  const kinds = entries.map((text) => parseLedgerEntry(text)?.kind ?? "unreadable");
  return `ledger: append ${[...new Set(kinds)].toSorted().join("+")}`;
}

function nameOf(action: WriteAction): string {
  const name = nameOfKey(action.key);
  const state = action.action === "put" ? stateOf(action.key, action.body) : undefined;
  return state === undefined ? name : `${name}(${state})`;
}

/** Items of a run and of a decision are told apart by their sort key, all others by their partition. */
function nameOfKey({ table, partition, sort }: ItemKey): string {
  if (partition.startsWith("run#") && table !== "traces") return firstPart(sort);
  if (table === "decisions" && partition.startsWith("req#"))
    return sort.startsWith("refused#") ? "refused" : "vote";
  if (table === "rules") return "pool";
  if (table.startsWith("agent-")) return partition.slice(partition.indexOf("#") + 1);
  return firstPart(partition);
}

function stateOf({ table, partition }: ItemKey, body: ItemBody): string | undefined {
  if (partition.startsWith(outboxPrefix)) return String(body["kind"]);
  const later = typeof body["epoch"] === "number" && body["epoch"] > 1 ? ", adopted" : "";
  if (table === "tokens") {
    if (body["released"] === undefined) return `waiting${later}`;
    return body["sealed"] === undefined ? "released" : `released, not sent${later}`;
  }
  if (body["ending"] !== undefined && body["status"] === "running") return `ending${later}`;
  const state = body["status"] ?? (table === "work" ? body["kind"] : undefined);
  return typeof state === "string" ? `${state}${later}` : undefined;
}

function firstPart(key: string): string {
  return key.split("#", 1)[0] ?? key;
}

import { type RunId, requirementIdSchema, runIdSchema, runOfRequirement } from "../domain/ids.ts";
import type { JsonValue } from "../ledger/json-value.ts";
import type { ItemBody, ItemKey, TableName } from "../ports/store.ts";

/** What a text reads as once its key is erased. */
export const erasedText = "(erased)";

/** Stands where the digest of a guessable value stood. */
const noDigest = "0".repeat(64);

interface PersonalField {
  /** Names separated by dots; `*` is every element of an array. */
  readonly path: string;
  /** Stands in the stored row in the value's place, and is what an erased one reads as; the row's schema takes it. */
  readonly erased: JsonValue;
}

interface RowKind {
  readonly table: TableName;
  /** The partition is this, the tenant, `#` and the id of a run or of a requirement. */
  readonly partition: "run#" | "req#";
  /** How the sort key begins. */
  readonly sort: string;
  readonly fields: readonly PersonalField[];
}

const text = (path: string): PersonalField => ({ path, erased: erasedText });
const digest = (path: string): PersonalField => ({ path, erased: noDigest });

/**
 * Whatever people typed, the model wrote or a tool returned, in every kind of row that holds any of it. Names of those who
 * asked and decided stay, as they do in the ledger. Digests of inputs are here because an input is often guessed sooner
 * than a key. test/vault/personal-fields.test.ts walks all rows of played runs for what is missing.
 */
export const personalFields: readonly RowKind[] = [
  {
    table: "work",
    partition: "run#",
    sort: "run",
    fields: [
      text("input"),
      { path: "metadata", erased: {} },
      text("ending.output"),
      text("ending.error.message"),
    ],
  },
  {
    table: "work",
    partition: "run#",
    sort: "step#",
    fields: [
      text("content"),
      text("calls.*.modelId"),
      text("calls.*.name"),
      { path: "calls.*.arguments", erased: "{}" },
      text("results.*.content"),
    ],
  },
  {
    table: "work",
    partition: "run#",
    sort: "call#",
    fields: [{ path: "input", erased: null }, digest("inputDigest")],
  },
  {
    table: "work",
    partition: "run#",
    sort: "req#",
    fields: [
      { path: "input", erased: null },
      digest("inputDigest"),
      digest("digestSalt"),
      text("effect"),
      text("risk.reasons.*"),
      text("rationale"),
      text("stages.*.votes.*.comment"),
    ],
  },
  {
    table: "executions",
    partition: "run#",
    sort: "call#",
    fields: [text("output"), text("message"), digest("inputDigest")],
  },
  { table: "decisions", partition: "req#", sort: "v", fields: [text("comment")] },
];

/** A row that holds personal values, and the run under whose key they are stored. */
export interface PersonalRow {
  readonly tenant: string;
  readonly run: RunId;
  readonly fields: readonly PersonalField[];
}

/** What is personal in the row under a key; `undefined` where nothing is. */
export function personalRowOf({ table, partition, sort }: ItemKey): PersonalRow | undefined {
  const kind = personalFields.find(
    (candidate) =>
      candidate.table === table &&
      partition.startsWith(candidate.partition) &&
      sort.startsWith(candidate.sort),
  );
  if (kind === undefined) return undefined;
  const [, tenant = "", id] = partition.split("#");
  const run = kind.partition === "run#" ? runIdSchema.safeParse(id).data : runOf(id);
  return run === undefined ? undefined : { tenant, run, fields: kind.fields };
}

function runOf(id: string | undefined): RunId | undefined {
  const requirement = requirementIdSchema.safeParse(id).data;
  return requirement === undefined ? undefined : runOfRequirement(requirement);
}

/** Personal values of one row by their places, such as `calls.0.arguments`. */
export type PersonalValues = Readonly<Record<string, unknown>>;

/** The body as an erased one reads, and what was taken out of it. */
export function takeOut(
  body: ItemBody,
  fields: readonly PersonalField[],
): { readonly erased: ItemBody; readonly values: PersonalValues } {
  const values: Record<string, unknown> = {};
  let erased = body;
  for (const field of fields) {
    erased = replaceIn(erased, field.path, (value, place) => {
      if (value === null || JSON.stringify(value) === JSON.stringify(field.erased)) return value;
      values[place] = value;
      return field.erased;
    });
  }
  return { erased, values };
}

/** The body with the values in their places again; `undefined` where a place is not there. */
export function putBack(body: ItemBody, values: PersonalValues): ItemBody | undefined {
  let whole = body;
  let left = 0;
  for (const [place, value] of Object.entries(values)) {
    left += 1;
    whole = replaceIn(whole, place, () => {
      left -= 1;
      return value;
    });
  }
  return left === 0 ? whole : undefined;
}

type Change = (value: unknown, place: string) => unknown;

/** A copy in which what stands under the path is changed; what is not there stays away. */
function replaceIn(body: ItemBody, path: string, change: Change): ItemBody {
  const [name = "", ...rest] = path.split(".");
  return replaceMember(body, name, rest, name, change);
}

function replaceMember(
  body: ItemBody,
  name: string,
  rest: readonly string[],
  place: string,
  change: Change,
): ItemBody {
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  return value === undefined ? body : { ...body, [name]: replaceUnder(value, rest, place, change) };
}

function replaceUnder(value: unknown, path: readonly string[], place: string, change: Change): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return change(value, place);
  if (Array.isArray(value)) {
    return value.map((each: unknown, index) =>
      name === "*" || name === String(index) ? replaceUnder(each, rest, `${place}.${index}`, change) : each,
    );
  }
  return isObject(value) ? replaceMember(value, name, rest, `${place}.${name}`, change) : value;
}

function isObject(value: unknown): value is ItemBody {
  return typeof value === "object" && value !== null;
}

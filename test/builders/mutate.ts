/** A place in a value, and what is done to it there. */
export interface Mutation {
  /** `sealed.0.actor.subject`; a number in it is a place in an array. */
  readonly path: string;
  readonly change:
    | { readonly type: "set"; readonly to: string | number | boolean }
    | { readonly type: "delete" | "repeat" };
}

/**
 * Every single mutation of a JSON value: each property and element deleted, each element repeated, each string, number
 * and boolean set to others of its type.
 */
export function listMutations(value: unknown, path = ""): readonly Mutation[] {
  if (typeof value !== "object" || value === null)
    return leafChanges(value).map((change) => ({ path, change }));
  const isArray = Array.isArray(value);
  return Object.entries(value).flatMap(([key, child]): readonly Mutation[] => {
    const place = path === "" ? key : `${path}.${key}`;
    return [
      { path: place, change: { type: "delete" } },
      ...(isArray ? [{ path: place, change: { type: "repeat" } } as const] : []),
      ...listMutations(child, place),
    ];
  });
}

function leafChanges(value: unknown): readonly Mutation["change"][] {
  const others =
    typeof value === "string"
      ? ["forged", "e".repeat(64), ""]
      : typeof value === "number"
        ? [value + 1, 0, Number.MAX_SAFE_INTEGER]
        : typeof value === "boolean"
          ? [!value]
          : [];
  return others.filter((to) => to !== value).map((to) => ({ type: "set", to }));
}

/** A copy with the mutations made one after the other; one whose place is gone by then is left out. */
export function mutate<Value>(value: Value, mutations: readonly Mutation[]): Value {
  const copy = structuredClone(value);
  for (const { path, change } of mutations) {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    const parent = keys.reduce<unknown>((at, key) => childOf(at, key), copy);
    if (typeof parent !== "object" || parent === null || !Object.hasOwn(parent, last)) continue;
    if (change.type === "set") Reflect.set(parent, last, change.to);
    else if (!Array.isArray(parent)) Reflect.deleteProperty(parent, last);
    else if (change.type === "repeat") parent.push(structuredClone(childOf(parent, last)));
    else parent.splice(Number(last), 1);
  }
  return copy;
}

function childOf(parent: unknown, key: string): unknown {
  return typeof parent === "object" && parent !== null && Object.hasOwn(parent, key)
    ? Reflect.get(parent, key)
    : undefined;
}

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { judgeExecution } from "../../../shared/domain/execution-gate.ts";
import { buildGate } from "../../builders/build-gate.ts";
import { listMutations, type Mutation, mutate } from "../../builders/mutate.ts";
import { Tally } from "../../builders/tally.ts";

const whole = buildGate();

/** What the stores hold; tool, clock and hash function are code. */
const valid = {
  run: whole.run,
  call: whole.call,
  requirements: whole.requirements,
  sealed: whole.sealed,
  pools: Object.fromEntries(whole.pools),
};

/** What may be altered, and how, without keeping the call from running as approved; nothing else may be. */
const harmless: readonly (readonly [RegExp, string])[] = [
  [
    /^run\.(v|input|epoch|createdAt|updatedAt|traceId)\b/,
    "say nothing about the call; the loader fences the epoch",
  ],
  [/^run\.(adoptions|handOuts|usage)\b/, "bookkeeping"],
  [/^run\.agent\b/, "names the agent to load; the gate compares the loaded one"],
  [/^run\.requester\.name\b/, "for people's eyes"],
  [/^call\.(v|turn|requirement|requirements)\b/, "say which requirements to load; the gate compares those"],
  [/^call\.mode\b/, "whatever is not audit takes the way of an approval"],
  [/^call\.inputDigest\b/, "of a gated call the requirement's counts"],
  [/^requirements\.0\.(v|effect|reversible|risk|rule|createdAt|closedAt)\b/, "shown to people, never run"],
  [/^requirements\.0\.requester\.name\b/, "for people's eyes"],
  [/^requirements\.0\.stages\b/, "the tool's code says who decides, the sealed entries who decided"],
  [/^requirements\.0\.awaitedEntries(\.\d)? (delete|repeat)/, "waiting for less does not count more"],
  [/^requirements\.0\.expiresAt set (1795953600001|9007199254740991)/, "the sealed votes stay in time"],
  [/^requirements\.0 repeat/, "the same requirement twice"],
  [/^sealed\.\d repeat/, "the same entry twice is one vote"],
  [/^sealed\.\d\.at set (0|1795348801001)/, "still in time"],
  [/^pools\.ops\b/, "another pool"],
  [/^pools\.finance\.(v|id)\b/, "the key says which pool it is"],
  [/^pools\.finance\.members\.2 /, "did not vote"],
  [/^pools\.finance\.members\.\d repeat/, "the same member twice"],
];

const nameOf = ({ path, change }: Mutation) =>
  [path, change.type, ...(change.type === "set" ? [change.to] : [])].join(" ");

const isHarmless = (mutation: Mutation) => harmless.some(([pattern]) => pattern.test(nameOf(mutation)));

function verdictOf(mutations: readonly Mutation[]): string {
  try {
    const { pools, ...rest } = mutate(valid, mutations);
    const verdict = judgeExecution({ ...whole, ...rest, pools: new Map(Object.entries(pools)) });
    return verdict.verdict === "refuse" ? `refuse ${verdict.code}` : verdict.verdict;
  } catch {
    // A record that lost a whole object does not come through its schema; here it must only not run.
    return "threw";
  }
}

const all = listMutations(valid).filter(({ path }) => path.includes("."));

/** Those that move nothing to another place, so that several at once do not undo each other. */
const steady = all.filter(({ path, change }) => change.type === "set" || !/\.\d+$/.test(path));

const areApart = (mutations: readonly Mutation[]) =>
  mutations.every(({ path }, place) =>
    mutations.every((other, at) => at === place || !`${other.path}.`.startsWith(`${path}.`)),
  );

describe("over every mutation of a gate that lets the call run", () => {
  test("the unaltered gate lets it run", () => {
    expect(verdictOf([])).toBe("run");
  });

  test("one alteration lets it run only if it is listed as harmless, and every listed one does", () => {
    const tally = new Tally();
    const wrong = all.filter((mutation) => {
      const verdict = verdictOf([mutation]);
      tally.add(verdict);
      return (verdict === "run") !== isHarmless(mutation);
    });
    tally.print(`one alteration, ${all.length} of them:`);
    expect(wrong.map((mutation) => `${nameOf(mutation)}: ${verdictOf([mutation])}`)).toEqual([]);
  });

  test("every reason why something is harmless was needed", () => {
    const unused = harmless.filter(([pattern]) => !all.some((mutation) => pattern.test(nameOf(mutation))));
    expect(unused).toEqual([]);
  });

  test("several alterations at once let it run only if each of them is harmless", () => {
    const tally = new Tally();
    const several = fc.array(fc.constantFrom(...steady), { minLength: 2, maxLength: 5 }).filter(areApart);
    fc.assert(
      fc.property(several, (mutations) => {
        const verdict = verdictOf(mutations);
        tally.add(verdict);
        return (verdict === "run") === mutations.every(isHarmless);
      }),
      { numRuns: 4_000 },
    );
    expect(tally.of("run")).toBeGreaterThan(0);
    tally.print("several alterations:");
  });
});

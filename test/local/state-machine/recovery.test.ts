import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ExecutionDescription } from "../../../local/state-machine/engine.ts";
import { CrashWorld } from "./crash-world.ts";

const startedAt = Date.parse("2026-11-22T12:00:00.000Z");

/** The only end there is, however often the process dies on the way. */
const theEnd: Omit<ExecutionDescription, "stoppedAt"> = {
  status: "SUCCEEDED",
  input: { items: ["a", "b", "c"] },
  output: { results: ["a: yes to a", "b: yes to b", "c: yes to c"], count: 3 },
  startedAt,
  transitions: 10,
};

const effects: readonly (readonly [string, number])[] = [
  ["prepare", 1],
  ["ask a", 1],
  ["ask b", 1],
  ["ask c", 1],
  ["execute a", 1],
  ["execute b", 2],
  ["execute c", 1],
  ["finish", 1],
];

function expectTheEnd(world: CrashWorld): void {
  const { stoppedAt = 0, ...rest } = world.describe() ?? {};
  expect(rest).toEqual(theEnd);
  // The pause of 30 s falls away when the process dies between b's being busy and the journal's knowing it.
  expect([3_600_000, 3_630_000]).toContain(stoppedAt - startedAt);
  const wrong = effects.filter(([effect, times]) => {
    const mayRepeat = world.mayRepeat.filter((other) => other === effect).length;
    return world.count(effect) < times || world.count(effect) > times + mayRepeat;
  });
  expect(wrong).toEqual([]);
  // Asked again, people get the token they have already.
  for (const tokens of world.tokens.values()) expect(tokens.size).toBe(1);
  expect(world.told).toBeGreaterThanOrEqual(1);
  expect(world.database.prepare("SELECT count(*) AS rows FROM engine_branches").get()).toEqual({ rows: 0 });
  expect(
    world.database.prepare("SELECT count(*) AS rows FROM engine_executions WHERE open = 1").get(),
  ).toEqual({
    rows: 0,
  });
}

describe("a process that dies", () => {
  test("nowhere runs every function exactly as often as the machine says", async () => {
    const world = new CrashWorld();
    await world.run([]);
    expectTheEnd(world);
    expect(world.told).toBe(1);
    expect(effects.map(([effect]) => [effect, world.count(effect)])).toEqual(effects);
  });

  test("before or after any write or effect comes to the same end, repeating only what was running", async () => {
    const [points = 0] = await new CrashWorld().run([]);
    expect(points).toBeGreaterThan(80);
    const deaths = new Map<string, number>();
    for (let point = 1; point <= points; point += 1) {
      const world = new CrashWorld();
      await world.run([point]);
      expectTheEnd(world);
      for (const death of world.deaths) deaths.set(death, (deaths.get(death) ?? 0) + 1);
    }
    console.info(
      `recovery: ${points} points, ${[...deaths].map(([at, times]) => `${at} ${times}`).join(", ")}`,
    );
    expect([...deaths.keys()]).toEqual(
      expect.arrayContaining([
        "before INSERT INTO engine_executions",
        "after INSERT INTO engine_branches",
        "before COMMIT",
        "after COMMIT",
        "before ask",
        "after execute",
        "after UPDATE engine_executions",
        "before told",
        "after told",
      ]),
    );
  });

  test("several times, anywhere, also while it recovers, comes to the same end", async () => {
    const lives = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 }),
        async (crashes) => {
          const world = new CrashWorld();
          await world.run(crashes);
          expectTheEnd(world);
          lives.set(world.deaths.length, (lives.get(world.deaths.length) ?? 0) + 1);
        },
      ),
      { numRuns: 150 },
    );
    console.info(`recovery: runs by number of deaths ${JSON.stringify(Object.fromEntries(lives))}`);
  });
});

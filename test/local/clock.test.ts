import { describe, expect, test } from "vitest";
import { createClock, createTestClock } from "../../local/clock.ts";

const dayMs = 86_400_000;

describe("createTestClock", () => {
  test("runs what became due, earliest first, before advance returns", () => {
    const clock = createTestClock();
    const ran: string[] = [];
    const now = clock.now();
    clock.setTimer(now + 20_000, () => ran.push("second"));
    clock.setTimer(now + 10_000, () => ran.push("first"));
    const last = clock.setTimer(now + 90_000, () => ran.push("third"));
    clock.advance(60_000);
    expect(ran).toEqual(["first", "second"]);
    last.cancel();
    clock.advance(60_000);
    expect(ran).toEqual(["first", "second"]);
  });

  test("also what a timer sets on its way", () => {
    const clock = createTestClock();
    const ran: string[] = [];
    clock.setTimer(clock.now() + 1000, () => {
      ran.push("outer");
      clock.setTimer(clock.now() - 1, () => ran.push("inner"));
      expect(ran).toEqual(["outer"]);
    });
    clock.advance(5000);
    expect(ran).toEqual(["outer", "inner"]);
  });

  test("now() goes on from where advance brought it", () => {
    const clock = createTestClock();
    const before = clock.now();
    clock.advance(dayMs);
    expect(clock.now() - before).toBeGreaterThanOrEqual(dayMs);
    expect(() => clock.advance(-1)).toThrow("Time cannot go back by 1 ms.");
  });

  test("a timer beyond 24.8 days waits for its day", async () => {
    const clock = createTestClock();
    const ran: number[] = [];
    clock.setTimer(clock.now() + 30 * dayMs, () => ran.push(30));
    // Node would run a single timer of that length within a millisecond.
    await new Promise<void>((resolve) => void clock.setTimer(clock.now() + 20, resolve));
    expect(ran).toEqual([]);
    clock.advance(29 * dayMs);
    expect(ran).toEqual([]);
    clock.advance(dayMs);
    expect(ran).toEqual([30]);
  });
});

describe("createClock", () => {
  test("follows the wall, runs a due timer soon but never inside setTimer, and cannot be advanced", async () => {
    const clock = createClock();
    const before = Date.now();
    expect(clock.now()).toBeGreaterThanOrEqual(before);
    expect(clock).not.toHaveProperty("advance");
    let isSet = false;
    await new Promise<void>((resolve) => {
      clock.setTimer(clock.now() - 5, () => {
        expect(isSet).toBe(true);
        resolve();
      });
      isSet = true;
    });
  });

  test("a timer is never early", async () => {
    const clock = createClock();
    const dueAt = clock.now() + 25;
    await new Promise<void>((resolve) => void clock.setTimer(dueAt, resolve));
    expect(clock.now()).toBeGreaterThanOrEqual(dueAt);
  });
});

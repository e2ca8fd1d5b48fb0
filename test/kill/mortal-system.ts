import { type Child, startChild } from "./child-process.ts";
import type { KillPlan } from "./kill-plan.ts";
import { advanceClock, type Answer, type Asked, sendRequest } from "./send-request.ts";
import type { PlayedSystem } from "./stories.ts";

/** Beyond every lease (65 s), grace (30 s) and pause between retries (at most 64 s). */
const stepMs = 90_000;

/** A connection ends a moment before its process does. */
const deathTakesMs = 2_000;

/**
 * The system as a client sees it that does not give up: the processes die by their plans, one after the other, each is
 * followed by another on the same data directory, and a request that got no answer is sent again.
 */
export class MortalSystem implements PlayedSystem {
  readonly #directory: string;
  readonly #plans: KillPlan[];
  #child: Child | undefined;
  readonly #deaths: (readonly string[])[] = [];

  constructor(directory: string, plans: readonly KillPlan[]) {
    this.#directory = directory;
    this.#plans = [...plans];
  }

  /** For each process that was killed, what it wrote. */
  get deaths(): readonly (readonly string[])[] {
    return this.#deaths;
  }

  /** What the process that runs now, or ended last, has written. */
  get writes(): readonly string[] {
    return this.#child?.writes ?? [];
  }

  async ask<View>(person: string, asked: Asked<View>): Promise<Answer<View>> {
    return this.#insist((url) => sendRequest(url, person, asked));
  }

  /** Sends a request during which the process dies, and never asks what became of it. */
  async abandon<View>(person: string, asked: Asked<View>): Promise<void> {
    const child = await this.#running();
    const answered = await sendRequest(child.url, person, asked).then(
      () => true,
      () => false,
    );
    if (answered || !(await this.#buried(child)))
      throw new Error("The process was to die before it answered.");
  }

  /** What a crash left is mended by retries and sweeps, so time is moved on once there was one. */
  async moveOn(): Promise<void> {
    if (this.#deaths.length > 0) await this.advance(stepMs);
  }

  /** Moves the clock of the process that runs; the next one begins at the wall's time again. */
  async advance(milliseconds: number): Promise<void> {
    await this.#insist((url) => advanceClock(url, milliseconds));
  }

  async abortExecutions(): Promise<void> {
    const child = await this.#running();
    await child.abortExecutions();
    await this.#insist((url) => advanceClock(url, 0));
  }

  /** Ends the process that runs once nothing is left to deliver, whatever it takes to get there. */
  async end(): Promise<void> {
    for (;;) {
      const child = await this.#running();
      try {
        await child.end();
        return;
      } catch (error) {
        if (!(await this.#buried(child))) throw error;
      }
    }
  }

  /** Leaves no process behind, also when a test failed. */
  async dispose(): Promise<void> {
    await this.#child?.kill();
  }

  async #insist<T>(attempt: (url: string) => Promise<T>): Promise<T> {
    for (;;) {
      const child = await this.#running();
      try {
        return await attempt(child.url);
      } catch (error) {
        if (!(await this.#buried(child))) throw error;
      }
    }
  }

  /** Each process takes the next plan; whoever comes after the last plan lives. */
  async #running(): Promise<Child> {
    while (this.#child === undefined) {
      this.#child = await startChild(this.#directory, this.#plans.shift() ?? null);
      if (this.#child === undefined) this.#deaths.push([]);
    }
    return this.#child;
  }

  /** Whether it was killed; then what it wrote is noted. */
  async #buried(child: Child): Promise<boolean> {
    const stillAlive = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => stillAlive.resolve(undefined), deathTakesMs);
    const how = await Promise.race([child.ended, stillAlive.promise]);
    clearTimeout(timer);
    if (how !== "SIGKILL") return false;
    this.#deaths.push(child.writes);
    this.#child = undefined;
    return true;
  }
}

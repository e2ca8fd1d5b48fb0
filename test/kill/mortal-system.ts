import * as z from "zod/mini";
import { obtainToken } from "../../local/issuer/obtain-token.ts";
import { type Problem, problemSchema } from "../../shared/wire/api.ts";
import { type Child, startChild } from "./child-process.ts";
import type { KillPlan } from "./kill-plan.ts";

export interface Asked<View> {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly view: z.ZodMiniType<View>;
}

export type Answer<View> =
  | { readonly outcome: "accepted"; readonly view: View }
  | { readonly outcome: "refused"; readonly problem: Problem };

/** A connection ends a moment before its process does. */
const deathTakesMs = 2_000;

/**
 * The system as a client sees it that does not give up: the processes die by their plans, one after the other, each is
 * followed by another on the same data directory, and a request that got no answer is sent again.
 */
export class MortalSystem {
  readonly #directory: string;
  readonly #plans: KillPlan[];
  #child: Child | undefined;
  #deaths: (readonly string[])[] = [];

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
    return this.#insist(async (url) => {
      const { accessToken } = await obtainToken({ issuerUrl: `${url}/oidc`, person });
      const { method, path, body, idempotencyKey, view } = asked;
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${accessToken}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const said: unknown = await response.json();
      return response.ok
        ? { outcome: "accepted", view: z.parse(view, said) }
        : { outcome: "refused", problem: z.parse(problemSchema, said) };
    });
  }

  /** Moves the clock of the process that runs; the next one begins at the wall's time again. */
  async advance(milliseconds: number): Promise<void> {
    await this.#insist(async (url) => {
      const response = await fetch(`${url}/test/clock`, {
        method: "POST",
        body: JSON.stringify({ advanceMs: milliseconds }),
      });
      if (!response.ok) throw new Error(`The clock answered ${response.status}.`);
      await response.arrayBuffer();
    });
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

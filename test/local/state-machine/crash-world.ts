import { DatabaseSync } from "node:sqlite";
import * as z from "zod/mini";
import { createEngine, type Engine, type ExecutionDescription } from "../../../local/state-machine/engine.ts";
import type { Invocation } from "../../../local/state-machine/invoke-function.ts";
import { loadDefinition } from "../../../local/state-machine/load-definition.ts";
import { machine, named, settle, task, tokenTask } from "./build-engine.ts";
import { ManualClock } from "./manual-clock.ts";

/** A run of the product in small: a task, a question for each item, the item's work (one is busy at first), a wait, an end. */
const definition = machine({
  Prepare: task("prepare", { Assign: { count: "{% $count($states.result.Payload) %}" }, Next: "Each" }),
  Each: {
    Type: "Map",
    ItemProcessor: {
      StartAt: "Ask",
      States: {
        Ask: tokenTask("ask", {
          Output: { item: "{% $states.input %}", answer: "{% $states.result %}" },
          Next: "Execute",
        }),
        Execute: task("execute", { Retry: [{ ErrorEquals: ["Busy"], IntervalSeconds: 30 }] }),
      },
    },
    Next: "Pause",
  },
  Pause: { Type: "Wait", Seconds: 3600, Next: "Finish" },
  Finish: task("finish", { Output: { results: "{% $states.input %}", count: "{% $count %}" } }),
});

const journalled = z.object({
  ph: z.object({
    kind: z.string(),
    functionName: z.optional(z.string()),
    payload: z.optional(z.unknown()),
    submitted: z.optional(z.boolean()),
  }),
});
const askedFor = z.object({ token: z.string(), item: z.string() });
const work = z.object({ item: z.string(), answer: z.string() });

class Crash extends Error {
  override readonly name = "Crash";
}

/** Dies at the given point: counted are the moments before and after each write and each effect of a function. */
class Life {
  isOver = false;
  points = 0;
  diedAt = "";
  readonly #diesAt: number;

  constructor(diesAt: number) {
    this.#diesAt = diesAt;
  }

  /** Throws at the point of death and at every one after it. */
  pass(what: string): void {
    if (this.isOver) throw new Crash(what);
    this.points += 1;
    if (this.points !== this.#diesAt) return;
    this.isOver = true;
    this.diedAt = what;
    throw new Crash(what);
  }
}

/** What outlives the process: the database, the effects of functions, the tokens people hold, the time. */
export class CrashWorld {
  readonly database = new DatabaseSync(":memory:");
  readonly effects: string[] = [];
  readonly tokens = new Map<string, Set<string>>();
  /** Invocations that the journal had as running at a crash: each may happen once more. */
  readonly mayRepeat: string[] = [];
  /** Where each life ended. */
  readonly deaths: string[] = [];
  told = 0;
  #now = new ManualClock().now();
  readonly #items: readonly string[];
  readonly #answered = new Set<string>();

  constructor(items: readonly string[] = ["a", "b", "c"]) {
    this.#items = items;
  }

  /** Lives through the crashes, then without one to the end; answers how many points each life passed. */
  async run(crashes: readonly number[]): Promise<readonly number[]> {
    const points: number[] = [];
    for (const diesAt of [...crashes, Number.POSITIVE_INFINITY]) {
      const life = new Life(diesAt);
      await this.#live(life);
      points.push(life.points);
      if (!life.isOver) break;
      this.deaths.push(life.diedAt);
      this.#bury();
    }
    return points;
  }

  describe(): ExecutionDescription | undefined {
    return this.#createEngine(
      new Life(Number.POSITIVE_INFINITY),
      new ManualClock(this.#now),
    ).describeExecution("e1");
  }

  count(effect: string): number {
    return this.effects.filter((other) => other === effect).length;
  }

  async #live(life: Life): Promise<void> {
    const clock = new ManualClock(this.#now);
    try {
      const engine = this.#createEngine(life, clock);
      engine.recover();
      engine.startExecution({ name: "e1", input: { items: [...this.#items] } });
      for (let step = 0; step < 1000; step += 1) {
        await settle();
        this.#now = clock.now();
        if (life.isOver || engine.describeExecution("e1")?.status !== "RUNNING") return;
        if (!this.#answerOne(engine)) clock.advanceTo(clock.nextDueAt() ?? clock.now());
      }
      throw new Error("The execution does not end.");
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  }

  /** The rule that people follow: send until the engine has answered. */
  #answerOne(engine: Engine): boolean {
    for (const [item, tokens] of this.tokens) {
      if (this.#answered.has(item)) continue;
      const [token = ""] = tokens;
      engine.sendTaskSuccess({ token, output: `yes to ${item}` });
      this.#answered.add(item);
      return true;
    }
    return false;
  }

  #createEngine(life: Life, clock: ManualClock): Engine {
    return createEngine({
      machineName: "run",
      definition: loadDefinition(definition),
      database: mortal(this.database, life),
      clock,
      invoke: (invocation) => this.#invoke(life, invocation),
      onStatusChange: () => {
        life.pass("before told");
        this.told += 1;
        life.pass("after told");
      },
      onProblem: () => undefined,
    });
  }

  async #invoke(life: Life, { functionName, payload }: Invocation): Promise<unknown> {
    const lost = new Promise<never>(() => undefined);
    try {
      life.pass(`before ${functionName}`);
    } catch {
      return lost;
    }
    const answer = this.#act(functionName, payload);
    try {
      life.pass(`after ${functionName}`);
    } catch {
      return lost;
    }
    return answer();
  }

  #act(functionName: string, payload: unknown): () => unknown {
    this.effects.push(effectOf(functionName, payload));
    if (functionName === "prepare") return () => this.#items;
    if (functionName === "finish") return () => "finished";
    if (functionName === "ask") {
      const { item, token } = askedFor.parse(payload);
      this.tokens.set(item, (this.tokens.get(item) ?? new Set()).add(token));
      return () => "asked";
    }
    const { item, answer } = work.parse(payload);
    if (item === "b" && this.count("execute b") === 1) {
      return () => {
        throw named("Busy");
      };
    }
    return () => `${item}: ${answer}`;
  }

  /** What the operating system and SQLite do when a process dies. */
  #bury(): void {
    if (this.database.isTransaction) this.database.exec("ROLLBACK");
    for (const { record } of this.database.prepare("SELECT record FROM engine_branches").all()) {
      const { ph: phase } = journalled.parse(JSON.parse(z.string().parse(record)));
      if (phase.kind === "task" && phase.submitted === false) {
        this.mayRepeat.push(effectOf(phase.functionName ?? "", phase.payload));
      }
    }
  }
}

function effectOf(functionName: string, payload: unknown): string {
  const item = z.safeParse(z.object({ item: z.string() }), payload);
  return item.success ? `${functionName} ${item.data.item}` : functionName;
}

/** The database as a process sees it that may die at each write. */
function mortal(database: DatabaseSync, life: Life): DatabaseSync {
  const around = <Result>(what: string, write: () => Result): Result => {
    life.pass(`before ${what}`);
    const result = write();
    life.pass(`after ${what}`);
    return result;
  };
  return new Proxy(database, {
    get(target, property) {
      if (property === "exec") {
        return (sql: string) => (sql.length > 20 ? target.exec(sql) : around(sql, () => target.exec(sql)));
      }
      if (property === "prepare") {
        return (sql: string) => {
          const statement = target.prepare(sql);
          const what = /^\w+ (?:INTO |FROM )?engine_\w+/.exec(sql)?.[0] ?? sql;
          const run = (...values: Parameters<typeof statement.run>) =>
            around(what, () => statement.run(...values));
          return new Proxy(statement, {
            get: (real, name) => (name === "run" ? run : bindTo(real, Reflect.get(real, name, real))),
          });
        };
      }
      return bindTo(target, Reflect.get(target, property, target));
    },
  });
}

function bindTo(owner: object, member: unknown): unknown {
  return typeof member === "function" ? (member.bind(owner) as unknown) : member;
}

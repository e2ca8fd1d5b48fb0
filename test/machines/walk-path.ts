import jsonata from "jsonata";
import type { JsonValue } from "../../shared/ledger/json-value.ts";
import { type Block, listBlocks, type MachineDefinition, type State, type TaskState } from "./definition.ts";

/** What a function (or the sender of a token) answers, or the name of the error it throws after all retries. */
export type Answer = { readonly result: JsonValue } | { readonly error: string };

export interface Walk {
  /** State entries in order, which is what AWS charges; iterations one after the other. */
  readonly entered: readonly string[];
  readonly payloads: readonly { readonly state: string; readonly payload: unknown }[];
  readonly outcome: { readonly output: unknown } | { readonly failed: string };
}

export const executionInput = { tenant: "default", runId: "run_01jd8qk4v00000000000000000", epoch: 1 };

class StateFailed extends Error {
  override readonly name = "StateFailed";
}

/**
 * Follows a definition without time: no retries, timers or concurrency. `answers` are taken in order, per state; a task
 * without one left, and a walk of more than 100 states, throw.
 */
export async function walkPath(
  definition: MachineDefinition,
  answers: Readonly<Record<string, readonly Answer[]>>,
): Promise<Walk> {
  const remaining = new Map(Object.entries(answers).map(([state, list]) => [state, [...list]]));
  const entered: string[] = [];
  const payloads: { state: string; payload: unknown }[] = [];

  async function walkBlock(block: Block, input: unknown): Promise<unknown> {
    let name: string | undefined = block.startAt;
    let value = input;
    while (name !== undefined) {
      const state: State | undefined = block.states[name];
      if (state === undefined || entered.length >= 100) throw new Error(`The walk cannot enter "${name}".`);
      entered.push(name);
      ({ next: name, output: value } = await passThrough(name, state, value));
    }
    return value;
  }

  async function passThrough(name: string, state: State, input: unknown): Promise<Step> {
    switch (state.Type) {
      case "Task":
        return callTask(name, state, input);
      case "Map": {
        const iteration = listBlocks(definition).find(
          (block) => block.startAt === state.ItemProcessor.StartAt,
        );
        if (iteration === undefined || !Array.isArray(input)) throw new Error(`"${name}" needs an array.`);
        const result: unknown[] = [];
        for (const item of input) result.push(await walkBlock(iteration, item));
        return { next: state.Next, output: await fill(state.Output, { input, result }, result) };
      }
      case "Choice":
        for (const rule of state.Choices) {
          if ((await fill(rule.Condition, { input }, undefined)) === true) {
            return { next: rule.Next, output: await fill(rule.Output, { input }, input) };
          }
        }
        return { next: state.Default, output: input };
      case "Pass":
        return { next: state.Next, output: await fill(state.Output, { input }, input) };
      case "Fail":
        throw new StateFailed(state.Error);
    }
  }

  async function callTask(name: string, state: TaskState, input: unknown): Promise<Step> {
    const context = {
      Execution: { Input: executionInput },
      Task: { Token: "token-of-the-state" },
      State: { Name: name, RetryCount: 0 },
    };
    try {
      payloads.push({
        state: name,
        payload: await fill(state.Arguments.Payload, { input, context }, undefined),
      });
      const answer = remaining.get(name)?.shift();
      if (answer === undefined) throw new Error(`The test has no answer left for "${name}".`);
      if ("error" in answer) throw new StateFailed(answer.error);
      // A sent token's output is the result itself; an invoked function's stands in Payload.
      const result = state.Resource.endsWith(".waitForTaskToken")
        ? answer.result
        : { Payload: answer.result };
      return { next: state.Next, output: await fill(state.Output, { input, result, context }, result) };
    } catch (error) {
      if (!(error instanceof StateFailed)) throw error;
      const catcher = state.Catch?.find(
        ({ ErrorEquals }) => ErrorEquals.includes(error.message) || ErrorEquals.includes("States.ALL"),
      );
      if (catcher === undefined) throw error;
      const errorOutput = { Error: error.message, Cause: "cause" };
      return {
        next: catcher.Next,
        output: await fill(catcher.Output, { input, errorOutput, context }, errorOutput),
      };
    }
  }

  const [run] = listBlocks(definition);
  if (run === undefined) throw new Error("The definition has no states.");
  try {
    const output = await walkBlock(run, executionInput);
    return { entered, payloads, outcome: { output } };
  } catch (error) {
    if (!(error instanceof StateFailed)) throw error;
    return { entered, payloads, outcome: { failed: error.message } };
  }
}

interface Step {
  readonly next: string | undefined;
  readonly output: unknown;
}

/** Evaluates the `{% … %}` texts of a template; nothing as the result is an error, as on AWS. */
async function fill(template: unknown, states: object, fallback: unknown): Promise<unknown> {
  if (template === undefined) return fallback;
  if (typeof template === "string") {
    const expression = /^\{%(.*)%\}$/s.exec(template)?.[1];
    if (expression === undefined) return template;
    const value: unknown = await jsonata(expression).evaluate(undefined, { states });
    if (value === undefined) throw new StateFailed("States.QueryEvaluationError");
    return structuredClone(value);
  }
  if (Array.isArray(template)) return Promise.all(template.map((part) => fill(part, states, undefined)));
  if (typeof template !== "object" || template === null) return template;
  const members = Object.entries(template).map(
    async ([key, part]) => [key, await fill(part, states, undefined)] as const,
  );
  return Object.fromEntries(await Promise.all(members));
}

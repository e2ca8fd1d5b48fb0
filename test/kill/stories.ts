import {
  type RequirementView,
  requirementViewSchema,
  type RunView,
  runViewSchema,
} from "../../shared/wire/api.ts";
import type { KillPlan } from "./kill-plan.ts";
import type { Answer, Asked } from "./send-request.ts";

/** The system that a story is played on, over HTTP. */
export interface PlayedSystem {
  ask<View>(person: string, asked: Asked<View>): Promise<Answer<View>>;
  /** Called when nothing has happened for a second. */
  moveOn(): Promise<void>;
}

/** One whose clock can be moved and whose executions can be aborted. */
export interface InterruptedSystem extends PlayedSystem {
  advance(milliseconds: number): Promise<void>;
  abortExecutions(): Promise<void>;
}

/** What people do in a run of the agent `support`, from asking to its end. */
export interface Story {
  readonly name: string;
  readonly input: string;
  readonly play: (system: InterruptedSystem, run: string) => Promise<void>;
  /** How the first process dies, where the story is about what follows. */
  readonly begins?: KillPlan;
}

/** A run that has not got there after so many looks stands still. */
const mostLooks = 25;

const askForRefund = "Refund order 1042, 250.00 because the parcel was lost";

/** The README's story. */
export const refund: Story = {
  name: "refund",
  input: askForRefund,
  async play(system, run) {
    await decide(system, run, 0, "asker", "approve");
    await decide(system, run, 1, "finance-1", "approve");
  },
};

/** A call that nobody is asked about. */
export const note: Story = {
  name: "note",
  input: "Add a note to order 1042: customer was told",
  play: async () => {},
};

export const rejection: Story = {
  name: "rejection",
  input: askForRefund,
  async play(system, run) {
    await decide(system, run, 0, "asker", "approve");
    await decide(system, run, 1, "finance-1", "reject");
  },
};

export const withdrawal: Story = {
  name: "withdrawal",
  input: askForRefund,
  async play(system, run) {
    const { id } = await untilAsked(system, run, ({ kind }) => kind === "approval");
    const path = `/requirements/${id}/withdraw`;
    const answer = await system.ask("asker", { method: "POST", path, view: requirementViewSchema });
    // 410: taken back by the request whose answer got lost.
    if (answer.outcome === "refused" && answer.problem.code !== "cancelled")
      throw new Error(answer.problem.detail);
  },
};

export const cancellation: Story = {
  name: "cancellation",
  input: askForRefund,
  async play(system, run) {
    await decide(system, run, 0, "asker", "approve");
    await cancel(system, run);
  },
};

/** Nobody decides within the seven days. */
export const expiry: Story = {
  name: "expiry",
  input: askForRefund,
  async play(system, run) {
    await untilAsked(system, run, ({ kind }) => kind === "approval");
    await system.advance(8 * 24 * 3_600_000);
  },
};

/** The execution is aborted while people are waited for, and the run goes on in another. */
export const adoption: Story = {
  name: "adoption",
  input: askForRefund,
  async play(system, run) {
    await decide(system, run, 0, "asker", "approve");
    await system.abortExecutions();
    await decide(system, run, 1, "finance-1", "approve");
  },
};

/** A tool that must not run twice dies after its effect, and people say what becomes of it. */
export const doubt: Story = {
  name: "doubt",
  input: "Restart the service checkout",
  begins: { at: "tool", tool: "restart_service", when: "after" },
  async play(system, run) {
    await decide(system, run, 0, "asker", "approve");
    await settle(system, run, "happened");
  },
};

/** Starts the run, plays the story and waits for its end; the same key makes it one run however often it is sent. */
export async function playStory(system: InterruptedSystem, { input, play }: Story): Promise<RunView> {
  const run = await startRun(system, input);
  await play(system, run);
  return untilEnded(system, run);
}

export async function startRun(system: PlayedSystem, input: string): Promise<string> {
  const answer = await system.ask("asker", {
    method: "POST",
    path: "/agents/support/runs",
    body: { input },
    idempotencyKey: "the-story",
    view: runViewSchema,
  });
  if (answer.outcome === "refused") throw new Error(answer.problem.detail);
  return answer.view.id;
}

/** Votes in the stage, once it is open; a vote that stands already was this one, whose answer got lost. */
export async function decide(
  system: PlayedSystem,
  run: string,
  stage: number,
  person: string,
  decision: "approve" | "reject",
): Promise<void> {
  return decideOn(system, run, ({ kind }) => kind === "approval", stage, person, decision);
}

/** The same, where several calls are asked about. */
export async function decideFirst(
  system: PlayedSystem,
  run: string,
  tool: string,
  stage: number,
  person: string,
): Promise<void> {
  return decideOn(system, run, (candidate) => candidate.tool === tool, stage, person, "approve");
}

async function decideOn(
  system: PlayedSystem,
  run: string,
  accept: (requirement: RequirementView) => boolean,
  stage: number,
  person: string,
  decision: "approve" | "reject",
): Promise<void> {
  const requirement = await untilAsked(system, run, (candidate) => {
    const { status } = candidate.stages[stage] ?? { status: "waiting" };
    return accept(candidate) && status !== "waiting";
  });
  if (hasVoted(requirement, person)) return;
  await answerRequirement(system, requirement, person, "decisions", { decision });
}

/** Answers the question about a call in doubt. */
export async function settle(
  system: PlayedSystem,
  run: string,
  outcome: "happened" | "run-again" | "give-up",
): Promise<void> {
  const question = await untilAsked(system, run, ({ kind }) => kind === "reconcile");
  if (hasVoted(question, "asker")) return;
  await answerRequirement(system, question, "asker", "answers", { answers: { outcome } });
}

export async function cancel(system: PlayedSystem, run: string): Promise<void> {
  const answer = await system.ask("asker", {
    method: "POST",
    path: `/runs/${run}/cancel`,
    view: runViewSchema,
  });
  if (answer.outcome === "refused") throw new Error(answer.problem.detail);
}

export async function untilEnded(system: PlayedSystem, run: string): Promise<RunView> {
  return until(system, run, (view) =>
    view.status === "running" || view.status === "paused" ? undefined : view,
  );
}

export async function untilAsked(
  system: PlayedSystem,
  run: string,
  accept: (requirement: RequirementView) => boolean,
): Promise<RequirementView> {
  return until(system, run, ({ requirements }) => requirements.find(accept));
}

async function until<Found>(
  system: PlayedSystem,
  run: string,
  find: (view: RunView) => Found | undefined,
): Promise<Found> {
  let found = find(await look(system, run, 0));
  for (let looks = 0; found === undefined; looks += 1) {
    const view = await look(system, run, 1);
    found = find(view);
    if (found !== undefined) break;
    if (looks === mostLooks)
      throw new Error(`Run ${run} stands still: ${JSON.stringify(view, undefined, 2)}`);
    await system.moveOn();
  }
  return found;
}

async function look(system: PlayedSystem, run: string, waitSeconds: number): Promise<RunView> {
  const path = `/runs/${run}?wait=${waitSeconds}`;
  const answer = await system.ask("asker", { method: "GET", path, view: runViewSchema });
  if (answer.outcome === "refused") throw new Error(answer.problem.detail);
  return answer.view;
}

async function answerRequirement(
  system: PlayedSystem,
  { id, digest }: RequirementView,
  person: string,
  route: "decisions" | "answers",
  body: object,
): Promise<void> {
  const asked = {
    method: "POST",
    path: `/requirements/${id}/${route}`,
    view: requirementViewSchema,
  } as const;
  const answer = await system.ask(person, { ...asked, body: { ...body, digest } });
  if (answer.outcome === "accepted") return;
  const repeat = await system.ask(person, {
    method: "GET",
    path: `/requirements/${id}`,
    view: requirementViewSchema,
  });
  if (repeat.outcome === "refused" || !hasVoted(repeat.view, person)) throw new Error(answer.problem.detail);
}

function hasVoted({ stages }: RequirementView, person: string): boolean {
  return stages.some(({ decisions }) => decisions.some(({ by }) => by === person));
}

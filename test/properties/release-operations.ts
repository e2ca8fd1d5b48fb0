import { cancelRun } from "../../functions/control-runs/cancel-run.ts";
import { recordVote } from "../../functions/record-decisions/record-vote.ts";
import { withdrawRequirement } from "../../functions/record-decisions/withdraw-requirement.ts";
import { CountersignError, RequirementReleased, StaleEpoch } from "../../shared/domain/errors.ts";
import type { Answer, Requirement } from "../../shared/domain/requirement.ts";
import type { StreamOutcome, StreamRecord } from "../../shared/ports/functions.ts";
import { runKey } from "../../shared/records/keys.ts";
import { loadRun } from "../../shared/records/run-records.ts";
import { openCallWrites, readBlocks, readOutboxRecords, readSeals } from "../builders/build-live-run.ts";
import { buildMachinePrincipal, buildPrincipal } from "../builders/build-principal.ts";
import type { FakeExecution } from "../builders/fake-machine.ts";
import { requirementOf, type Wait, type World } from "./release-world.ts";

/** What happens to the run, from outside; every operation goes on beside the others, one port call at a time. */
export const operations = {
  vote,
  withdraw,
  cancel,
  open,
  ask,
  "ask-again": askAgain,
  append,
  sign,
  release,
  crash,
  "ended-again": endedAgain,
  sweep,
  advance,
} as const;

export type OperationKind = keyof typeof operations;

export interface Operation {
  readonly name: string;
  readonly kind: OperationKind;
  readonly who: Who;
  /** Which of the requirements. */
  readonly on: number;
  /** Decides what else there is to decide. */
  readonly pick: number;
}

/** Two of them may never vote, `pia` is of another pool, `aud` audits, `ada` is the admin, `ci` is a machine. */
export const people = ["asker", "fay", "flo", "fred", "olaf", "pia", "aud", "ada", "ci"] as const;
export type Who = (typeof people)[number];

export interface Reply {
  readonly operation: Operation;
  /** The outcome, a refusal's code, or `unanswered` when every try failed. */
  readonly said: string;
}

const principals = {
  asker: buildPrincipal("asker"),
  fay: buildPrincipal("fay", ["finance"]),
  flo: buildPrincipal("flo", ["finance"]),
  fred: buildPrincipal("fred", ["finance"]),
  olaf: buildPrincipal("olaf", ["finance"]),
  pia: buildPrincipal("pia", ["ops"]),
  aud: buildPrincipal("aud", ["auditor"]),
  ada: buildPrincipal("ada", ["admin"]),
  ci: buildMachinePrincipal("ci"),
};

/** Comes again as a client, a stream or a schedule does, until something other than "try again" is said. */
async function untilAnswered<T>(
  world: World,
  name: string,
  work: () => Promise<T>,
  mostTries = 15,
): Promise<T | undefined> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isRetryable(error)) throw error;
      world.tally.add(`again ${name}`);
    }
  }
  return undefined;
}

const isRetryable = (error: unknown) => error instanceof CountersignError && error.family === "retryable";

export const isStale = ({ pick }: Operation) => pick % 11 === 0;
export const isKeyed = ({ pick }: Operation) => pick % 3 === 0;

export function decisionOf({ pick }: Operation, { kind }: Pick<Requirement, "kind">): Answer {
  const draw = pick % 7;
  if (kind === "approval") return draw < 4 ? "approve" : draw < 6 ? "reject" : "happened";
  return draw < 3 ? "happened" : draw < 4 ? "run-again" : draw < 5 ? "give-up" : "approve";
}

async function vote(world: World, operation: Operation): Promise<string> {
  const requirement = requirementOf(world, operation.on);
  const answer = await untilAnswered(world, "vote", () =>
    recordVote(world.system.decisions, {
      principal: principals[operation.who],
      requirementId: requirement.id,
      proposal: {
        outcome: "read",
        decision: decisionOf(operation, requirement),
        digest: isStale(operation) ? "0".repeat(64) : requirement.digest,
        comment: operation.name,
        asksForMore: false,
        channel: "api",
      },
      idempotency: isKeyed(operation)
        ? { key: operation.name, route: `decide#${requirement.id}`, bodyHash: "b".repeat(64) }
        : undefined,
    }),
  );
  return saidOf(answer);
}

async function withdraw(world: World, { who, on }: Operation): Promise<string> {
  const { id: requirementId } = requirementOf(world, on);
  const request = { principal: principals[who], requirementId };
  return saidOf(
    await untilAnswered(world, "withdraw", () => withdrawRequirement(world.system.decisions, request)),
  );
}

async function cancel(world: World, { who }: Operation): Promise<string> {
  const request = { principal: principals[who], runId: world.run.id };
  return saidOf(await untilAnswered(world, "cancel", () => cancelRun(world.system.control, request)));
}

function saidOf(answer: { readonly outcome: string; readonly code?: string } | undefined): string {
  return answer?.code ?? answer?.outcome ?? "unanswered";
}

/** What `take-agent-steps` writes when it opens a call, held to the run it has read. */
async function open(world: World, { on }: Operation): Promise<string> {
  const requirement = requirementOf(world, on);
  const { store } = world.system.control;
  const { tenant, id } = world.run;
  const opened = await untilAnswered(world, "open", async () => {
    const run = await loadRun(store, tenant, id);
    if (world.opened.has(requirement.id)) return "already-open";
    if (run === undefined || run.value.cancelRequested !== undefined) return "run-cancelled";
    const check = { action: "check", key: runKey(tenant, id), expect: run.revision } as const;
    return (await store.write([...openCallWrites(requirement), check])).outcome;
  });
  return opened ?? "unanswered";
}

/** The execution enters "Ask people": each try waits on a token of its own. */
async function ask(world: World, { on }: Operation): Promise<string> {
  const execution = liveExecution(world);
  const { id: requirement } = requirementOf(world, on);
  if (execution === undefined || !world.opened.has(requirement)) return "nothing-to-ask";
  if (world.waits.some((wait) => wait.execution === execution.name && wait.requirement === requirement)) {
    return "already-asked";
  }
  const { epoch } = execution.input as { epoch: number };
  const wait: Wait = {
    requirement,
    epoch,
    execution: execution.name,
    state: "asking",
    token: "",
    passedBy: undefined,
  };
  world.waits.push(wait);
  for (let retryCount = 0; wait.state === "asking"; retryCount += 1) {
    // Its retries are not endless, so what fails is.
    if (retryCount === 6) world.calm();
    await tryToAsk(world, wait, retryCount);
  }
  return wait.passedBy ?? wait.state;
}

async function tryToAsk(world: World, wait: Wait, retryCount: number): Promise<void> {
  const { machine } = world.system;
  wait.token = machine.issueToken(wait.execution);
  const { tenant, id: runId } = world.run;
  const { requirement: requirementId, epoch, token } = wait;
  const payload = { tenant, runId, epoch, requirementId, token, retryCount };
  world.asked.push(payload);
  try {
    await world.system.invoke("open-requirement", payload);
    if (wait.state === "asking") wait.state = "waiting";
  } catch (error) {
    // A token that was sent meanwhile has completed the state, whatever the function still says.
    if (wait.state !== "asking") return;
    machine.dropToken(token);
    if (error instanceof RequirementReleased) {
      wait.state = "passed";
      wait.passedBy = "turned-away";
      if (!world.marks.has(wait.requirement)) world.violations.push("turned away before the release");
    } else if (!isRetryable(error)) {
      wait.state = "dead";
      world.violations.push(`the current execution was refused: ${String(error)}`);
    }
  }
}

/** An invocation that was thought lost comes in with what it was given then; nobody hears its answer. */
async function askAgain(world: World, { pick }: Operation): Promise<string> {
  const payload = world.asked[pick % Math.max(1, world.asked.length)];
  if (payload === undefined) return "nothing-asked-yet";
  try {
    await world.system.invoke("open-requirement", payload);
    return "stored";
  } catch (error) {
    if (error instanceof RequirementReleased) return "released";
    if (error instanceof StaleEpoch) return "stale";
    if (isRetryable(error)) return "unanswered";
    throw error;
  }
}

/** Some of what waits in the outbox or was appended long ago, in any order, some of it twice. */
async function append(world: World): Promise<string> {
  const { storage, tenant } = world.system;
  return deliver(
    world,
    "append-ledger",
    await drawSome(world, () => readOutboxRecords(storage.store, tenant, world.run.id)),
  );
}

/** By the ledger's stream, in any order, or by the clock. */
async function sign(world: World, { pick }: Operation): Promise<string> {
  if (pick % 3 === 0) {
    const answer = await untilAnswered(world, "sign", () => world.system.invoke("sign-checkpoint", {}));
    return answer === undefined ? "unanswered" : "by the clock";
  }
  const blocks = await drawSome(world, () => readBlocks(world.system, world.firstIndex));
  return deliver(world, "sign-checkpoint", blocks);
}

async function release(world: World): Promise<string> {
  return deliver(world, "resume-run", await drawSome(world, () => readSeals(world.system)));
}

async function deliver(
  world: World,
  name: "append-ledger" | "sign-checkpoint" | "resume-run",
  records: readonly StreamRecord[],
): Promise<string> {
  if (records.length === 0) return "nothing";
  let left = records;
  for (let tries = 0; tries < 3 && left.length > 0; tries += 1) {
    const batch = left;
    const outcome: StreamOutcome | undefined = await untilAnswered(world, name, () =>
      world.system.deliver(name, batch),
    );
    left = batch.filter(({ sequence }) => outcome?.failed.includes(sequence) ?? true);
  }
  return left.length === 0 ? "delivered" : "unanswered";
}

/** Waits a while for there to be some. */
async function drawSome<T>(
  { draw, scheduler }: World,
  read: () => Promise<readonly T[]>,
): Promise<readonly T[]> {
  let all: readonly T[] = [];
  for (let turns = draw(30); turns >= 0 && all.length === 0; turns -= 1) {
    await scheduler.turn();
    all = await read();
  }
  const some = all.filter(() => draw(4) > 0).flatMap((one) => (draw(4) === 0 ? [one, one] : [one]));
  return some
    .map((one) => ({ one, place: draw(1_000_000) }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ one }) => one);
}

/** More would fail the run (adopt-run.ts). */
const mostCrashes = 4;

/** The execution ends without its run; its event comes twice, once, or never. */
async function crash(world: World, { pick }: Operation): Promise<string> {
  const execution = liveExecution(world);
  if (execution === undefined || world.system.machine.executions.length > mostCrashes)
    return "nothing-to-crash";
  world.system.machine.end(execution.name);
  for (const wait of world.waits) {
    if (wait.execution === execution.name && wait.state !== "passed") wait.state = "dead";
  }
  for (let events = pick % 3; events > 0; events -= 1) await tellEnded(world, execution, "FAILED");
  return "crashed";
}

/** An event of an execution that has ended, late or once more, or of one that never was. */
async function endedAgain(world: World, { pick }: Operation): Promise<string> {
  const ended = world.system.machine.executions.filter(({ status }) => status !== "RUNNING");
  const unknown = {
    name: `${world.run.id}-99`,
    input: { tenant: world.run.tenant, runId: world.run.id, epoch: 99 },
  };
  const execution = [...ended, unknown][pick % (ended.length + 1)] ?? unknown;
  await tellEnded(
    world,
    execution,
    (["FAILED", "TIMED_OUT", "ABORTED", "SUCCEEDED"] as const)[pick % 4] ?? "FAILED",
  );
  return "told";
}

async function tellEnded(
  world: World,
  { name, input }: Pick<FakeExecution, "name" | "input">,
  status: string,
) {
  const detail = { name, status, input: JSON.stringify(input) };
  await untilAnswered(world, "adopt-runs", () => world.system.invoke("adopt-runs", { detail }));
}

function liveExecution({ system }: World): FakeExecution | undefined {
  return system.machine.executions.findLast(({ status }) => status === "RUNNING");
}

async function sweep(world: World): Promise<string> {
  // A sweep that broke off is not tried again: the next one is a minute away.
  const answer = await untilAnswered(world, "sweep", () => world.system.invoke("keep-deadlines", {}), 1);
  return answer === undefined ? "unanswered" : "swept";
}

async function advance(world: World, { on, pick }: Operation): Promise<string> {
  const { clock } = world.system;
  const { expiresAt } = requirementOf(world, on);
  const times = [clock.now() + 1_000, clock.now() + 31_000, clock.now() + 31_000, expiresAt - 1, expiresAt];
  clock.set(Math.max(clock.now(), times[pick % times.length] ?? 0));
  return "advanced";
}

/** Nothing fails any more: everything comes once more, or only the sweep does, and the machine goes on. */
export async function settle(world: World, redelivers: boolean): Promise<void> {
  world.calm();
  const { system, opened, requirements } = world;
  for (let round = 0; round < 3; round += 1) {
    if (redelivers) {
      await system.deliver(
        "append-ledger",
        await readOutboxRecords(system.storage.store, system.tenant, world.run.id),
      );
      await system.deliver("sign-checkpoint", await readBlocks(system, world.firstIndex));
      await system.deliver("resume-run", await readSeals(system));
    }
    for (const [on, { id }] of requirements.entries()) {
      if (opened.has(id)) await ask(world, { name: "settle", kind: "ask", who: "ci", on, pick: 0 });
    }
    system.clock.set(system.clock.now() + 31_000);
    await system.invoke("keep-deadlines", {});
    await system.invoke("sign-checkpoint", {});
  }
}

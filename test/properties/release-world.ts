import { randomBytes } from "node:crypto";
import type { Ports, Storage } from "../../local/ports.ts";
import { epochMillisSchema, newRunId, type RequirementId, tenantSchema } from "../../shared/domain/ids.ts";
import { type Requirement, requirementSchema } from "../../shared/domain/requirement.ts";
import type { Run } from "../../shared/domain/run.ts";
import { tokenSchema } from "../../shared/domain/token.ts";
import type { WriteAction } from "../../shared/ports/store.ts";
import { sealSchema } from "../../shared/records/seal-records.ts";
import { ledgerEntrySchema, parseLedgerEntry } from "../../shared/wire/ledger-entry.ts";
import { sealPrefix } from "../../shared/wiring.ts";
import { buildRequirementOf, requirementAt, storeLiveRun, storePool } from "../builders/build-live-run.ts";
import { buildRun } from "../builders/build-run.ts";
import { buildStage, noon } from "../builders/build-requirement.ts";
import { buildClock, buildSystem, type System } from "../builders/build-system.ts";
import { buildMachine } from "../builders/fake-machine.ts";
import type { Tally } from "../builders/tally.ts";
import { breakPorts, type Interrupt } from "../builders/break-ports.ts";
import { finance, RequirementOnPaper, type Shape, shapes } from "./requirement-on-paper.ts";
import { createDraw, createScheduler, type Draw, type Scheduler } from "./seeded-scheduler.ts";

/** One sequence's choices that are not operations. */
export interface Setting {
  readonly seed: number;
  readonly shapes: readonly Shape[];
  /** The second requirement is not there at first: an operation opens it. */
  readonly opensLate: boolean;
  /** How much the operations overlap: 100 starts all at once, 0 one after the other. */
  readonly overlap: number;
  /** How many of 100 port calls fail. */
  readonly faults: number;
}

/** How one execution stands with one requirement. */
export interface Wait {
  readonly requirement: RequirementId;
  readonly epoch: number;
  readonly execution: string;
  state: "asking" | "waiting" | "passed" | "dead";
  /** The token of the latest try. */
  token: string;
  passedBy: "sent" | "turned-away" | undefined;
}

/** A payload of `open-requirement`, kept so that a late invocation can come with it once more. */
export type AskPayload = Readonly<Record<"tenant" | "runId" | "requirementId" | "token", string>> & {
  readonly epoch: number;
  readonly retryCount: number;
};

/** One run with its requirements on the real functions, and everything that was committed about them on paper. */
export interface World {
  readonly setting: Setting;
  readonly system: System;
  readonly run: Run;
  readonly requirements: readonly Requirement[];
  readonly opened: Set<RequirementId>;
  readonly paper: ReadonlyMap<RequirementId, RequirementOnPaper>;
  /** Operations by whose name a vote was committed. */
  readonly votedBy: Map<string, RequirementId>;
  readonly waits: Wait[];
  readonly asked: AskPayload[];
  readonly marks: Map<RequirementId, string>;
  /** Ids of entries by their index in the ledger. */
  readonly appended: Map<number, string>;
  /** Ids of entries that a completed seal covers. */
  readonly sealed: Set<string>;
  /** Where the ledger went on when this world began. */
  readonly firstIndex: number;
  readonly violations: string[];
  readonly tally: Tally;
  readonly draw: Draw;
  readonly scheduler: Scheduler;
  /** From then on nothing fails and nothing waits for its turn. */
  calm(): void;
}

export const lifeMilliseconds = 60 * 60 * 1_000;

export async function createWorld(storage: Storage, setting: Setting, tally: Tally): Promise<World> {
  const draw = createDraw(setting.seed);
  const scheduler = createScheduler(draw);
  let isCalm = false;
  const interrupt: Interrupt = async (call) => {
    if (isCalm) return undefined;
    await scheduler.turn();
    if (isCalm || draw(100) >= setting.faults) return undefined;
    const fault = draw(2) === 0 ? "before" : "after";
    tally.add(`fault ${fault} ${call}`);
    return fault;
  };
  const id = newRunId(epochMillisSchema.parse(noon), randomBytes(10));
  const tenant = tenantSchema.parse(id);
  const run = buildRun({ tenant, id });
  const requirements = setting.shapes.map((shape, place) => shapeRequirement(run, place, shape));
  const watched: Watched = {
    paper: new Map(
      requirements.map((requirement, place) => [
        requirement.id,
        new RequirementOnPaper(setting.shapes[place] ?? "confirm", requirement.expiresAt),
      ]),
    ),
    opened: new Set(),
    votedBy: new Map(),
    waits: [],
    marks: new Map(),
    appended: new Map(),
    sealed: new Set(),
    violations: [],
  };
  const machine = buildMachine((token) => noteCompleted(watched, token));
  const system = buildSystem({
    tenant,
    storage,
    machine,
    clock: buildClock(),
    wrap: (ports) => breakPorts(observePorts(ports, watched), interrupt),
  });
  await storePool(storage.store, tenant, "finance", finance);
  await storePool(storage.store, tenant, "ops", ["pia"]);
  const atOnce = setting.opensLate ? requirements.slice(0, 1) : requirements;
  await storeLiveRun(system, run, atOnce);
  for (const requirement of atOnce) watched.opened.add(requirement.id);
  const last = await storage.ledger.last();
  const firstIndex = last === undefined ? 0 : last.from + last.entries.length;
  return {
    ...watched,
    setting,
    system,
    run,
    requirements,
    asked: [],
    firstIndex,
    tally,
    draw,
    scheduler,
    calm: () => void (isCalm = true),
  };
}

function shapeRequirement(run: Run, place: number, shape: Shape): Requirement {
  const { kind, stages } = shapes[shape];
  return buildRequirementOf(run, place, {
    kind,
    owner: "olaf",
    expiresAt: noon + lifeMilliseconds,
    stages: stages.map(({ by, need, rejections }, index) =>
      buildStage({
        by: by === "asker" ? by : [...by],
        need,
        rejections,
        status: index === 0 ? "open" : "waiting",
      }),
    ),
  });
}

type Watched = Pick<
  World,
  "paper" | "opened" | "votedBy" | "waits" | "marks" | "appended" | "sealed" | "violations"
>;

/** Sees what was committed, whether or not its caller heard of it. */
function observePorts(ports: Ports, watched: Watched): Ports {
  const { store, ledger } = ports;
  return {
    ...ports,
    store: {
      get: (keys) => store.get(keys),
      query: (range) => store.query(range),
      write: async (actions) => {
        const written = await store.write(actions);
        if (written.outcome === "written") noteWrites(watched, actions);
        return written;
      },
    },
    ledger: {
      last: () => ledger.last(),
      find: (entry) => ledger.find(entry),
      entriesOf: (requirement) => ledger.entriesOf(requirement),
      blockOf: (index) => ledger.blockOf(index),
      blocks: (from, limit) => ledger.blocks(from, limit),
      append: async (block) => {
        const answer = await ledger.append(block);
        if (answer === "conflict") return answer;
        for (const [place, text] of block.entries.entries())
          watched.appended.set(block.from + place, parseLedgerEntry(text)?.id ?? text);
        return answer;
      },
    },
  };
}

function noteWrites(watched: Watched, actions: readonly WriteAction[]): void {
  for (const action of actions) {
    if (action.action !== "put") continue;
    const { table, partition, sort } = action.key;
    if (table === "tokens") noteToken(watched, partition, action.body);
    else if (table === "decisions" && sort.startsWith("v1#")) noteDecision(watched, action.body);
    else if (partition.startsWith(sealPrefix)) noteSeal(watched, action.body);
    else if (partition.startsWith("outbox#")) noteFact(watched, action.body);
  }
  // After the facts, for the row has to say what they amount to.
  for (const action of actions) {
    if (action.action === "put" && action.key.sort.startsWith("req#")) noteRow(watched, action.body);
  }
}

function noteSeal({ appended, sealed }: Watched, body: unknown): void {
  const { to } = sealSchema.parse(body);
  for (const [index, id] of appended) if (index < to) sealed.add(id);
}

const factKinds = ["confirmed", "decided", "answered", "expired", "withdrawn", "cancelled"];

function noteFact({ paper, violations }: Watched, body: unknown): void {
  const { kind, requirement, at, actor, stage, decision } = ledgerEntrySchema.parse(body);
  const on = [...paper].find(([id]) => id === requirement)?.[1];
  if (on === undefined || !factKinds.includes(kind)) return;
  const problem = on.note({ kind, at, by: actor.subject, stage, decision });
  if (problem !== undefined) violations.push(problem);
}

function noteRow({ paper, opened, violations }: Watched, body: unknown): void {
  const { id, status, settledAs } = requirementSchema.parse(body);
  opened.add(id);
  const on = paper.get(id);
  if (status !== on?.status || settledAs !== on.settledAs) {
    violations.push(`${id} was written as ${status} and is ${on?.status} on paper`);
  }
}

function noteDecision({ votedBy }: Watched, body: unknown): void {
  const { requirement, comment } = body as { requirement: RequirementId; comment: string };
  votedBy.set(comment, requirement);
}

/** Released once, never before it is closed and sealed, and the mark stays as it is. */
function noteToken({ paper, marks, sealed, violations }: Watched, partition: string, body: unknown): void {
  const { released } = tokenSchema.parse(body);
  const [id, on] = [...paper].find(([candidate]) => partition.endsWith(`#${candidate}`)) ?? [];
  if (id === undefined || on === undefined) return;
  const before = marks.get(id);
  if (before !== undefined && before !== JSON.stringify(released))
    violations.push(`the mark of ${id} was changed`);
  if (released === undefined || before !== undefined) return;
  marks.set(id, JSON.stringify(released));
  if (on.status === "pending" || released.status !== on.status) {
    violations.push(`${id} was released as ${released.status} while it was ${on.status}`);
  }
  const unsealed = awaitedOnPaper(id, on).filter((entry) => !sealed.has(entry));
  if (unsealed.length > 0) violations.push(`${id} was released with ${unsealed.join()} unsealed`);
}

function awaitedOnPaper(id: RequirementId, { closedBy, votes }: RequirementOnPaper): readonly string[] {
  const asked = `requested|${id}|v1`;
  if (closedBy !== undefined) return [asked, `${closedBy}|${id}`];
  return [asked, ...votes.map(({ by, stage }) => `vote|${id}|v1|s${stage}|${by}`)];
}

function noteCompleted({ waits, marks, violations }: Watched, token: string): void {
  const wait = waits.find((candidate) => candidate.token === token);
  if (wait === undefined || wait.state === "dead" || wait.state === "passed") {
    violations.push("a token completed a wait that was over");
    return;
  }
  if (!marks.has(wait.requirement)) violations.push(`${wait.requirement} was sent without its mark`);
  wait.state = "passed";
  wait.passedBy = "sent";
}

export function requirementOf({ requirements, run }: World, place: number): Requirement {
  const found = requirements[place % requirements.length];
  if (found === undefined) throw new Error(`There is no requirement ${requirementAt(place, run.id)}.`);
  return found;
}

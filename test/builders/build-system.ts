import { randomBytes } from "node:crypto";
import type { CancelRunParts } from "../../functions/control-runs/cancel-run.ts";
import type { StartRunParts } from "../../functions/control-runs/start-run.ts";
import type { RecordVoteParts } from "../../functions/record-decisions/record-vote.ts";
import { createEventFunctions, type EventFunctions, grantPorts } from "../../local/functions.ts";
import type { Ports, Storage } from "../../local/ports.ts";
import { openDatabase } from "../../shared/adapters/sqlite/database.ts";
import { createSqliteLedgerStore } from "../../shared/adapters/sqlite/ledger-store.ts";
import { createSqliteStore } from "../../shared/adapters/sqlite/store.ts";
import { createTokenSeal } from "../../shared/adapters/sqlite/token-seal.ts";
import type { Agent } from "../../shared/domain/agent.ts";
import type { LogLine } from "../../shared/ports/functions.ts";
import { formatNoteKey } from "../../shared/ledger/note-key.ts";
import type { CallModel } from "../../shared/ports/model.ts";
import { functions } from "../../shared/wiring.ts";
import { buildKeyPair } from "../shared/ledger/host-crypto.ts";
import { buildMachine, type FakeMachine } from "./fake-machine.ts";
import { buildPublishedLog } from "./memory-published-log.ts";
import { noon } from "./build-requirement.ts";
import { hmac, sha256 } from "./sha256.ts";

/** The functions of one tenant on SQLite, with a machine, a clock and streams that move only when told. */
export interface System {
  readonly tenant: string;
  /** Beneath whatever `wrap` put around it. */
  readonly storage: Storage;
  readonly machine: FakeMachine;
  readonly clock: TestClock;
  readonly log: LogLine[];
  readonly deliver: EventFunctions["deliver"];
  /** Invokes a function with the time that its wiring gives it. */
  invoke(name: keyof typeof functions, payload: unknown): Promise<unknown>;
  readonly decisions: RecordVoteParts;
  readonly control: StartRunParts & CancelRunParts;
}

export interface TestClock {
  readonly now: () => number;
  set(epochMillis: number): void;
}

interface SystemOptions {
  readonly tenant?: string;
  /** Where several systems, each of its own tenant, share one database. */
  readonly storage?: Storage;
  readonly machine?: FakeMachine;
  readonly clock?: TestClock;
  readonly agents?: readonly Agent[];
  readonly callModel?: CallModel;
  readonly wrap?: (ports: Ports) => Ports;
}

export function buildSystem(options: SystemOptions = {}): System {
  const {
    tenant = "default",
    storage = buildStorage(),
    machine = buildMachine(),
    clock = buildClock(),
  } = options;
  const { wrap = (ports) => ports, callModel = refuseModel } = options;
  const log: LogLine[] = [];
  const agents = new Map((options.agents ?? []).map((agent) => [agent.name, agent]));
  const ports = wrap({ ...storage, stateMachine: machine });
  const shared = { tenant, agents, now: clock.now, log: (line: LogLine) => void log.push(line) };
  const built = createEventFunctions(ports, { ...shared, callModel, defaultModel: "test" });
  return {
    tenant,
    storage,
    machine,
    clock,
    log,
    deliver: built.deliver,
    invoke: (name, payload) =>
      built.invoke(name, payload, { deadlineAt: clock.now() + 1_000 * functions[name].timeoutSeconds }),
    decisions: { ...shared, hmac, sha256, ...grantPorts(ports, "record-decisions") },
    control: {
      ...shared,
      sha256,
      randomBytes,
      ...grantPorts(ports, "control-runs"),
    },
  };
}

const origin = "ledger.example/countersign";
const keys = buildKeyPair(origin, 7);

/** A fresh database in memory; no stream carries anything, so that the test hands over what it wants, when it wants. */
export function buildStorage(): Storage {
  const database = openDatabase(":memory:");
  const { seal, open } = createTokenSeal(randomBytes(32));
  return {
    database,
    store: createSqliteStore(database, { streams: [] }),
    ledger: createSqliteLedgerStore(database, { streams: [] }),
    signer: keys.signer,
    ledgerTrust: { origin, verifiers: [keys.verifier] },
    ledgerKey: formatNoteKey(keys.key),
    publishedLog: buildPublishedLog(),
    sealToken: seal,
    openToken: open,
  };
}

/** Starts at noon. */
export function buildClock(): TestClock {
  let time = noon;
  return { now: () => time, set: (epochMillis) => void (time = epochMillis) };
}

const refuseModel: CallModel = () => Promise.reject(new Error("No model is asked in this test."));

import { TableNotGranted } from "../domain/errors.ts";
import type { InvokeLater } from "../ports/functions.ts";
import type { LedgerStore } from "../ports/ledger-store.ts";
import type { PublishedLog } from "../ports/published-log.ts";
import type { LedgerSigner } from "../ports/sign-notes.ts";
import type { StateMachine } from "../ports/state-machine.ts";
import type { ItemKey, Store, TableName, WriteAction } from "../ports/store.ts";
import { deletableTables, type FunctionWiring, outboxPrefix } from "../wiring.ts";

/** What of a function's wiring bounds its store. */
export type StoreGrant = Pick<FunctionWiring, "reads" | "writes" | "checks" | "agentTables"> &
  Partial<Pick<FunctionWiring, "outboxes">>;

type Verb = "read" | "write" | "delete from" | "check";

const deletable: ReadonlySet<string> = new Set(deletableTables);

/** The store for one function: what its wiring does not grant is refused, as IAM does on AWS (`TableNotGranted`). */
export function restrictStore(store: Store, grant: StoreGrant, functionName: string): Store {
  function require(verb: Verb, { table, partition }: Pick<ItemKey, "table" | "partition">): void {
    if (isGranted(grant, verb, table)) return;
    const isOutboxRow = partition.startsWith(outboxPrefix);
    if (verb === "write" && isOutboxRow && grant.outboxes?.includes(table) === true) return;
    throw new TableNotGranted(
      `Function "${functionName}" may not ${verb} table "${table}": grant it in shared/wiring.ts, or leave it out.`,
    );
  }
  return {
    async get(keys) {
      for (const key of keys) require("read", key);
      return store.get(keys);
    },
    async query(range) {
      require("read", range);
      return store.query(range);
    },
    async write(actions) {
      for (const action of actions) require(verbOf(action), action.key);
      return store.write(actions);
    },
  };
}

/** The ledger for one function; only `append` may insert, and it reads too, since a block continues the one before it. */
export function restrictLedger(
  ledger: LedgerStore,
  grant: FunctionWiring["ledger"],
  functionName: string,
): LedgerStore {
  function require(verb: "read" | "append"): void {
    if (grant === "append" || grant === verb) return;
    throw new TableNotGranted(
      `Function "${functionName}" may not ${verb === "append" ? "append to" : "read"} the ledger: grant it in shared/wiring.ts, or leave it out.`,
    );
  }
  return {
    async last() {
      require("read");
      return ledger.last();
    },
    async append(block) {
      require("append");
      return ledger.append(block);
    },
    async find(entryId) {
      require("read");
      return ledger.find(entryId);
    },
    async entriesOf(requirementId) {
      require("read");
      return ledger.entriesOf(requirementId);
    },
    async blockOf(index) {
      require("read");
      return ledger.blockOf(index);
    },
    async blocks(from, limit) {
      require("read");
      return ledger.blocks(from, limit);
    },
  };
}

/** The ledger's key for one function: who does not sign by its wiring cannot. */
export function restrictSigner(
  signer: LedgerSigner,
  grant: FunctionWiring["ledgerKey"],
  functionName: string,
): LedgerSigner {
  const { name, id } = signer;
  return {
    name,
    id,
    sign: async (message) => {
      if (grant === "sign") return signer.sign(message);
      throw new TableNotGranted(
        `Function "${functionName}" may not sign for the ledger: grant it in shared/wiring.ts, or leave it out.`,
      );
    },
  };
}

/** The published log for one function: who does not publish by its wiring neither writes nor reads it. */
export function restrictPublishedLog(
  publishedLog: PublishedLog,
  mayPublish: FunctionWiring["publishes"],
  functionName: string,
): PublishedLog {
  function require(): void {
    if (mayPublish) return;
    throw new TableNotGranted(
      `Function "${functionName}" may not publish the log: grant it in shared/wiring.ts, or leave it out.`,
    );
  }
  return {
    async read(path) {
      require();
      return publishedLog.read(path);
    },
    async putOnce(path, bytes) {
      require();
      return publishedLog.putOnce(path, bytes);
    },
    async readCheckpoint() {
      require();
      return publishedLog.readCheckpoint();
    },
    async putCheckpoint(note, expect) {
      require();
      return publishedLog.putCheckpoint(note, expect);
    },
  };
}

/** The state machine for one function: who may start executions cannot complete a task, and the other way round. */
export function restrictStateMachine(
  machine: StateMachine,
  grant: FunctionWiring["stateMachine"],
  functionName: string,
): StateMachine {
  function require(verb: "start" | "send"): void {
    if (grant === verb) return;
    throw new TableNotGranted(
      `Function "${functionName}" may not ${verb} on the state machine: grant it in shared/wiring.ts, or leave it out.`,
    );
  }
  return {
    async startExecution(request) {
      require("start");
      return machine.startExecution(request);
    },
    async describeExecution(name) {
      require("start");
      return machine.describeExecution(name);
    },
    async sendTaskSuccess(request) {
      require("send");
      return machine.sendTaskSuccess(request);
    },
  };
}

/** Whoever may invoke another function makes it do its part for any ids, so who that is stands in the wiring too. */
export function restrictInvokeLater(
  invokeLater: InvokeLater,
  grant: FunctionWiring["invokes"],
  functionName: string,
): InvokeLater {
  return async (invoked, payload) => {
    if (grant.includes(invoked)) return invokeLater(invoked, payload);
    throw new TableNotGranted(
      `Function "${functionName}" may not invoke "${invoked}": grant it in shared/wiring.ts, or leave it out.`,
    );
  };
}

function verbOf({ action }: WriteAction): Verb {
  switch (action) {
    case "put":
      return "write";
    case "delete":
      return "delete from";
    case "check":
      return "check";
  }
}

function isGranted(grant: StoreGrant, verb: Verb, table: TableName): boolean {
  if (table.startsWith("agent-") && verb !== "delete from") {
    return grant.agentTables === "write" || (grant.agentTables === "read" && verb === "read");
  }
  switch (verb) {
    case "read":
      return grant.reads.includes(table);
    case "write":
      return grant.writes.includes(table);
    case "delete from":
      return grant.writes.includes(table) && deletable.has(table);
    case "check":
      return grant.checks.includes(table) || grant.writes.includes(table);
  }
}

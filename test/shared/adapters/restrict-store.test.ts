import { describe, expect, test } from "vitest";
import {
  restrictInvokeLater,
  restrictLedger,
  restrictSigner,
  restrictStateMachine,
  restrictStore,
  type StoreGrant,
} from "../../../shared/adapters/restrict-store.ts";
import { TableNotGranted } from "../../../shared/domain/errors.ts";
import type { LedgerStore } from "../../../shared/ports/ledger-store.ts";
import type { ItemKey, Store, TableName, WriteAction } from "../../../shared/ports/store.ts";
import { buildMachine } from "../../builders/fake-machine.ts";
import { blockAfter, makeEntry } from "../../contract/block-builders.ts";

/** A store that notes which of its methods were reached. */
function recordCalls() {
  const calls: string[] = [];
  const store: Store = {
    async get() {
      calls.push("get");
      return [];
    },
    async query() {
      calls.push("query");
      return { items: [], more: false };
    },
    async write() {
      calls.push("write");
      return { outcome: "written", revisions: [] };
    },
  };
  return { store, calls };
}

const keyIn = (table: TableName): ItemKey => ({ table, partition: "p", sort: "s" });
const act = {
  get: async (store: Store, table: TableName) => store.get([keyIn(table)]),
  query: async (store: Store, table: TableName) =>
    store.query({ table, partition: "p", order: "ascending", limit: 1 }),
  put: async (store: Store, table: TableName) => write(store, table, "put"),
  delete: async (store: Store, table: TableName) => write(store, table, "delete"),
  check: async (store: Store, table: TableName) => write(store, table, "check"),
};

async function write(store: Store, table: TableName, action: WriteAction["action"]) {
  const actions = {
    put: { action: "put", key: keyIn(table), body: {}, expect: "absent" },
    delete: { action: "delete", key: keyIn(table), expect: "anything" },
    check: { action: "check", key: keyIn(table), expect: "absent" },
  } as const;
  return store.write([actions[action]]);
}

const grant: StoreGrant = {
  reads: ["work"],
  writes: ["executions"],
  checks: ["rules"],
  agentTables: "read",
};

describe("a restricted store", () => {
  test.each([
    ["get", "work"],
    ["query", "work"],
    ["put", "executions"],
    ["check", "executions"],
    ["check", "rules"],
    ["get", "agent-support"],
    ["query", "agent-support"],
  ] as const)("lets a granted %s of %s through", async (verb, table) => {
    const { store, calls } = recordCalls();
    await act[verb](restrictStore(store, grant, "execute-call"), table);
    expect(calls).toHaveLength(1);
  });

  test.each([
    ["get", "executions"],
    ["get", "rules"],
    ["query", "tokens"],
    ["put", "work"],
    ["put", "rules"],
    ["delete", "work"],
    ["delete", "decisions"],
    ["delete", "executions"],
    ["check", "work"],
    ["put", "agent-support"],
    ["delete", "agent-support"],
    ["check", "agent-support"],
  ] as const)("refuses %s of %s before the store is reached", async (verb, table) => {
    const { store, calls } = recordCalls();
    const attempt = act[verb](restrictStore(store, grant, "execute-call"), table);
    await expect(attempt).rejects.toBeInstanceOf(TableNotGranted);
    expect(calls).toEqual([]);
  });

  test("names the function and the table", async () => {
    const { store } = recordCalls();
    const attempt = act.put(restrictStore(store, grant, "execute-call"), "decisions");
    await expect(attempt).rejects.toThrow(
      'Function "execute-call" may not write table "decisions": grant it in shared/wiring.ts, or leave it out.',
    );
  });

  test("lets a writer of work delete from it, and from no other table that it writes", async () => {
    const { store, calls } = recordCalls();
    const tables = ["work", "decisions", "executions", "rules", "tokens", "traces"] as const;
    const writer = { ...grant, writes: tables, agentTables: "write" } as const;
    const restricted = restrictStore(store, writer, "record-decisions");
    await act.delete(restricted, "work");
    for (const table of [...tables.slice(1), "agent-support"] as const)
      await expect(act.delete(restricted, table)).rejects.toThrow(
        `Function "record-decisions" may not delete from table "${table}": grant it in shared/wiring.ts, or leave it out.`,
      );
    expect(calls).toEqual(["write"]);
  });

  test("refuses a whole transaction for one action in it", async () => {
    const { store, calls } = recordCalls();
    const attempt = restrictStore(store, grant, "execute-call").write([
      { action: "put", key: keyIn("executions"), body: {}, expect: "absent" },
      { action: "put", key: keyIn("decisions"), body: {}, expect: "absent" },
    ]);
    await expect(attempt).rejects.toBeInstanceOf(TableNotGranted);
    expect(calls).toEqual([]);
  });

  test("reaches agents' tables by their own grant only", async () => {
    const { store, calls } = recordCalls();
    const none = restrictStore(store, { ...grant, agentTables: "none" }, "end-run");
    await expect(act.get(none, "agent-support")).rejects.toBeInstanceOf(TableNotGranted);
    const writing = restrictStore(store, { ...grant, agentTables: "write" }, "execute-call");
    await act.get(writing, "agent-support");
    await act.put(writing, "agent-support");
    await act.check(writing, "agent-support");
    expect(calls).toEqual(["get", "write", "write"]);
  });
});

describe("a restricted ledger", () => {
  const ledger: LedgerStore = {
    last: async () => undefined,
    append: async () => "appended",
    find: async () => undefined,
    entriesOf: async () => [],
    blockOf: async () => undefined,
    blocks: async () => [],
  };
  const block = blockAfter(undefined, [makeEntry()]);
  const reads = {
    last: async (restricted: LedgerStore) => restricted.last(),
    find: async (restricted: LedgerStore) => restricted.find("e"),
    entriesOf: async (restricted: LedgerStore) => restricted.entriesOf("r"),
    blockOf: async (restricted: LedgerStore) => restricted.blockOf(0),
    blocks: async (restricted: LedgerStore) => restricted.blocks(0, 1),
  };

  test.each(["last", "find", "entriesOf", "blockOf", "blocks"] as const)(
    "answers %s to readers and the appender alone",
    async (method) => {
      await expect(reads[method](restrictLedger(ledger, "none", "end-run"))).rejects.toThrow(
        'Function "end-run" may not read the ledger',
      );
      await reads[method](restrictLedger(ledger, "read", "resume-run"));
      await reads[method](restrictLedger(ledger, "append", "append-ledger"));
      expect.assertions(1);
    },
  );

  test("takes a block from the appender alone", async () => {
    for (const granted of ["none", "read"] as const) {
      const attempt = restrictLedger(ledger, granted, "resume-run").append(block);
      await expect(attempt).rejects.toThrow('Function "resume-run" may not append to the ledger');
    }
    expect(await restrictLedger(ledger, "append", "append-ledger").append(block)).toBe("appended");
  });
});

describe("a restricted signer", () => {
  const signer = { name: "log", id: 7, sign: () => new Uint8Array(64) };

  test("signs for the function that the wiring lets sign, and for no other", async () => {
    for (const granted of ["none", "verify"] as const) {
      const attempt = restrictSigner(signer, granted, "execute-call").sign(new Uint8Array());
      await expect(attempt).rejects.toThrow('Function "execute-call" may not sign for the ledger');
    }
    const signed = await restrictSigner(signer, "sign", "sign-checkpoint").sign(new Uint8Array());
    expect(signed).toHaveLength(64);
  });
});

describe("a restricted invocation", () => {
  test("reaches the functions that the wiring grants, and no other", async () => {
    const reached: unknown[] = [];
    const invokeLater = restrictInvokeLater(
      async (name, payload) => void reached.push([name, payload]),
      ["resume-run"],
      "keep-deadlines",
    );
    await invokeLater("resume-run", { id: 1 });
    await expect(invokeLater("append-ledger", { id: 2 })).rejects.toThrow(
      'Function "keep-deadlines" may not invoke "append-ledger": grant it in shared/wiring.ts, or leave it out.',
    );
    expect(reached).toEqual([["resume-run", { id: 1 }]]);
  });
});

describe("a restricted state machine", () => {
  const request = { token: "token", output: {} };
  const start = { name: "run-1", input: {} };

  test.for(["none", "start"] as const)("takes no token of a function with the grant %s", async (grant) => {
    const machine = restrictStateMachine(buildMachine(), grant, "execute-call");
    await expect(machine.sendTaskSuccess(request)).rejects.toThrow(TableNotGranted);
  });

  test.for(["none", "send"] as const)("starts nothing for a function with the grant %s", async (grant) => {
    const machine = restrictStateMachine(buildMachine(), grant, "resume-run");
    await expect(machine.startExecution(start)).rejects.toThrow(TableNotGranted);
    await expect(machine.describeExecution("run-1")).rejects.toThrow(TableNotGranted);
  });

  test("does what is granted", async () => {
    const machine = buildMachine();
    await restrictStateMachine(machine, "start", "control-runs").startExecution(start);
    const token = machine.issueToken("run-1");
    const sender = restrictStateMachine(machine, "send", "resume-run");
    expect(await sender.sendTaskSuccess({ ...request, token })).toBe("accepted");
  });
});

test("a grant of an outbox lets rows of the outbox be put there and nothing else", async () => {
  const { store, calls } = recordCalls();
  const granted = restrictStore(
    store,
    { reads: [], writes: [], outboxes: ["rules"], checks: [], agentTables: "none" },
    "erase-subjects",
  );
  const put = (table: TableName, partition: string): WriteAction => ({
    action: "put",
    key: { table, partition, sort: "s" },
    body: {},
    expect: "anything",
  });
  await granted.write([put("rules", "outbox#default#0")]);
  expect(calls).toEqual(["write"]);
  for (const [table, partition] of [
    ["rules", "pools#default"],
    ["work", "outbox#default#0"],
  ] as const) {
    const both = [put("rules", "outbox#default#0"), put(table, partition)];
    await expect(granted.write(both)).rejects.toThrow(TableNotGranted);
  }
  const { key } = put("rules", "outbox#default#0");
  await expect(granted.get([key])).rejects.toThrow(TableNotGranted);
  await expect(granted.write([{ action: "delete", key, expect: "anything" }])).rejects.toThrow(
    TableNotGranted,
  );
  expect(calls).toEqual(["write"]);
});

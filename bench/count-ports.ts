import type { Ports } from "../local/ports.ts";
import type { LedgerStore } from "../shared/ports/ledger-store.ts";
import type { Store } from "../shared/ports/store.ts";

/** Calls of the ports since the last `take`; each of them is a request to DynamoDB on AWS. */
export interface PortCounts {
  /** `get` and `query` calls, and the items that they answered. */
  readonly storeReads: number;
  readonly itemsRead: number;
  /** `write` calls (transactions), and the items that they put or delete. */
  readonly storeWrites: number;
  readonly itemsWritten: number;
  /** Items that a transaction only checks. */
  readonly itemsChecked: number;
  /** `last`, `find`, `entriesOf`, `blockOf` and `blocks`. */
  readonly ledgerReads: number;
  /** Blocks offered. */
  readonly ledgerAppends: number;
  /** Checkpoints signed. */
  readonly signatures: number;
  /** `startExecution`, `describeExecution` and `sendTaskSuccess`. */
  readonly stateMachineCalls: number;
}

export interface PortCounter {
  readonly wrap: (ports: Ports) => Ports;
  /** What was counted since the last time; counting begins anew. */
  take(): PortCounts;
}

const nothing: PortCounts = {
  storeReads: 0,
  itemsRead: 0,
  storeWrites: 0,
  itemsWritten: 0,
  itemsChecked: 0,
  ledgerReads: 0,
  ledgerAppends: 0,
  signatures: 0,
  stateMachineCalls: 0,
};

/** Counts what the functions ask of their ports; a call that fails counts too. */
export function createPortCounter(): PortCounter {
  const counts = { ...nothing };
  return {
    wrap: (ports) => ({
      ...ports,
      store: countStore(ports.store, counts),
      ledger: countLedger(ports.ledger, counts),
      signer: countSigner(ports.signer, counts),
      stateMachine: countStateMachine(ports.stateMachine, counts),
    }),
    take() {
      const taken = { ...counts };
      Object.assign(counts, nothing);
      return taken;
    },
  };
}

type Counts = { -readonly [Name in keyof PortCounts]: number };

function countStore(store: Store, counts: Counts): Store {
  return {
    async get(keys) {
      counts.storeReads += 1;
      const items = await store.get(keys);
      counts.itemsRead += items.filter((item) => item !== undefined).length;
      return items;
    },
    async query(range) {
      counts.storeReads += 1;
      const page = await store.query(range);
      counts.itemsRead += page.items.length;
      return page;
    },
    async write(actions) {
      const checks = actions.filter(({ action }) => action === "check").length;
      counts.storeWrites += 1;
      counts.itemsChecked += checks;
      counts.itemsWritten += actions.length - checks;
      return store.write(actions);
    },
  };
}

function countLedger(ledger: LedgerStore, counts: Counts): LedgerStore {
  function read<T>(answer: Promise<T>): Promise<T> {
    counts.ledgerReads += 1;
    return answer;
  }
  return {
    last: () => read(ledger.last()),
    find: (entryId) => read(ledger.find(entryId)),
    entriesOf: (requirementId) => read(ledger.entriesOf(requirementId)),
    blockOf: (index) => read(ledger.blockOf(index)),
    blocks: (from, limit) => read(ledger.blocks(from, limit)),
    append(block) {
      counts.ledgerAppends += 1;
      return ledger.append(block);
    },
  };
}

function countSigner(signer: Ports["signer"], counts: Counts): Ports["signer"] {
  return {
    ...signer,
    sign: (message) => {
      counts.signatures += 1;
      return signer.sign(message);
    },
  };
}

function countStateMachine(stateMachine: Ports["stateMachine"], counts: Counts): Ports["stateMachine"] {
  function call<T>(answer: Promise<T>): Promise<T> {
    counts.stateMachineCalls += 1;
    return answer;
  }
  return {
    startExecution: (request) => call(stateMachine.startExecution(request)),
    describeExecution: (name) => call(stateMachine.describeExecution(name)),
    sendTaskSuccess: (request) => call(stateMachine.sendTaskSuccess(request)),
  };
}

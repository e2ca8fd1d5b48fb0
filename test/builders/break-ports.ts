import type { Ports } from "../../local/ports.ts";
import { StateMachineUnavailable, StoreUnavailable } from "../../shared/domain/errors.ts";

/** Awaited around every single port call; "before" and "after" say when it breaks off, seen from its effect. */
export type Interrupt = (call: string) => Promise<"before" | "after" | undefined>;

/** The ports, each call of which first waits for its turn and may then fail before or after it took effect. */
export function breakPorts(ports: Ports, interrupt: Interrupt): Ports {
  const { store, ledger, stateMachine, signer, publishedLog } = ports;

  async function call<T>(name: string, work: () => Promise<T>): Promise<T> {
    const fault = await interrupt(name);
    if (fault === "before") throw failureOf(name);
    const answer = await work();
    if (fault === "after") throw failureOf(name);
    return answer;
  }

  return {
    store: {
      get: (keys) => call("store.get", () => store.get(keys)),
      query: (range) => call("store.query", () => store.query(range)),
      write: (actions) => call("store.write", () => store.write(actions)),
    },
    ledger: {
      last: () => call("ledger.last", () => ledger.last()),
      append: (block) => call("ledger.append", () => ledger.append(block)),
      find: (entry) => call("ledger.find", () => ledger.find(entry)),
      entriesOf: (requirement) => call("ledger.entriesOf", () => ledger.entriesOf(requirement)),
      blockOf: (index) => call("ledger.blockOf", () => ledger.blockOf(index)),
      blocks: (from, limit) => call("ledger.blocks", () => ledger.blocks(from, limit)),
    },
    signer: { ...signer, sign: (message) => call("ledger.sign", async () => signer.sign(message)) },
    publishedLog: {
      read: (path) => call("published.read", () => publishedLog.read(path)),
      putOnce: (path, bytes) => call("published.putOnce", () => publishedLog.putOnce(path, bytes)),
      readCheckpoint: () => call("published.readCheckpoint", () => publishedLog.readCheckpoint()),
      putCheckpoint: (note, expect) =>
        call("published.putCheckpoint", () => publishedLog.putCheckpoint(note, expect)),
    },
    ledgerTrust: ports.ledgerTrust,
    ledgerKey: ports.ledgerKey,
    stateMachine: {
      startExecution: (request) => call("machine.start", () => stateMachine.startExecution(request)),
      describeExecution: (name) => call("machine.describe", () => stateMachine.describeExecution(name)),
      sendTaskSuccess: (request) => call("machine.send", () => stateMachine.sendTaskSuccess(request)),
    },
    sealToken: (token, context) => call("token.seal", () => ports.sealToken(token, context)),
    openToken: (sealed, context) => call("token.open", () => ports.openToken(sealed, context)),
  };
}

function failureOf(call: string): Error {
  return call.startsWith("machine.")
    ? new StateMachineUnavailable(`${call} broke off.`)
    : new StoreUnavailable(`${call} broke off.`);
}

/** The `nth` call of this name breaks off, all others go through. */
export function breakOnce(name: string, when: "before" | "after", nth = 1): (ports: Ports) => Ports {
  let calls = 0;
  return (ports) =>
    breakPorts(ports, async (call) => {
      if (call === name) calls += 1;
      return call === name && calls === nth ? when : undefined;
    });
}

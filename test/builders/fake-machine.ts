import type { JsonValue } from "../../shared/ledger/json-value.ts";
import type { ExecutionDescription, StateMachine } from "../../shared/ports/state-machine.ts";

export interface FakeExecution {
  readonly name: string;
  readonly input: JsonValue;
  status: ExecutionDescription["status"];
}

/** The port's contract without a definition: the test says when an execution asks, and when it dies. */
export interface FakeMachine extends StateMachine {
  /** In the order in which they were started. */
  readonly executions: readonly FakeExecution[];
  /** A new token on which the execution waits from now on. */
  issueToken(execution: string): string;
  /** The wait ends without an answer: a failed try, or the state's timeout. */
  dropToken(token: string): void;
  /** The execution ends, and with it all its waits. */
  end(name: string, status?: "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED"): void;
  /** Tokens that completed their wait, in order. */
  readonly completed: readonly string[];
}

interface Wait {
  readonly execution: string;
  state: "open" | "completed" | "dropped";
}

export function buildMachine(onCompleted: (token: string) => void = () => undefined): FakeMachine {
  const executions = new Map<string, FakeExecution>();
  const waits = new Map<string, Wait>();
  const completed: string[] = [];

  function find(name: string): FakeExecution {
    const execution = executions.get(name);
    if (execution === undefined) throw new Error(`There is no execution ${name}.`);
    return execution;
  }

  return {
    get executions() {
      return [...executions.values()];
    },
    completed,
    async startExecution({ name, input }) {
      if (executions.has(name)) return "already-exists";
      executions.set(name, { name, input, status: "RUNNING" });
      return "started";
    },
    async describeExecution(name) {
      const execution = executions.get(name);
      return execution === undefined ? undefined : { status: execution.status };
    },
    async sendTaskSuccess({ token }) {
      const wait = waits.get(token);
      if (wait === undefined) throw new Error("A token was sent that no execution has waited on.");
      if (wait.state !== "open") return "timed-out";
      wait.state = "completed";
      completed.push(token);
      onCompleted(token);
      return "accepted";
    },
    issueToken(execution) {
      if (find(execution).status !== "RUNNING")
        throw new Error(`${execution} has ended and waits for nothing.`);
      const token = `token-${waits.size + 1}-of-${execution}`;
      waits.set(token, { execution, state: "open" });
      return token;
    },
    dropToken(token) {
      const wait = waits.get(token);
      if (wait?.state === "open") wait.state = "dropped";
    },
    end(name, status = "FAILED") {
      find(name).status = status;
      for (const wait of waits.values()) {
        if (wait.execution === name && wait.state === "open") wait.state = "dropped";
      }
    },
  };
}

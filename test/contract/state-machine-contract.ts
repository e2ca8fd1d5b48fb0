import { describe, expect, test } from "vitest";
import { InvariantBroken } from "../../shared/domain/errors.ts";
import type { StateMachine } from "../../shared/ports/state-machine.ts";

/** A machine whose one Task waits on a token, and succeeds with what the token brings. */
export interface StateMachineHarness {
  readonly stateMachine: StateMachine;
  /** The token that the execution waits on, as soon as there is one. */
  readonly tokenOf: (execution: string) => Promise<string>;
  /** Executions that have asked so far, each once for every time. */
  readonly asked: () => readonly string[];
  /** Resolves when the execution has ended, its wait's timeout included. */
  readonly ended: (execution: string) => Promise<void>;
}

export type MakeStateMachine = (options: { readonly timeoutSeconds: number }) => Promise<StateMachineHarness>;

const input = { tenant: "default", runId: "run_1", epoch: 1 };
const hour = 3_600;

/** What must be true of the state machine wherever it runs; names are those of executions. */
export function describeStateMachineContract(name: string, makeMachine: MakeStateMachine): void {
  describe(`${name} as the state machine`, () => {
    describeStarting(makeMachine);
    describeTokens(makeMachine);
  });
}

function describeStarting(makeMachine: MakeStateMachine): void {
  test("an execution that nobody started is unknown", async () => {
    const { stateMachine } = await makeMachine({ timeoutSeconds: hour });
    expect(await stateMachine.describeExecution("run_0-1")).toBeUndefined();
  });

  test("a started execution runs until its token comes back", async () => {
    const { stateMachine, tokenOf, ended } = await makeMachine({ timeoutSeconds: hour });
    expect(await stateMachine.startExecution({ name: "run_1-1", input })).toBe("started");
    const token = await tokenOf("run_1-1");
    expect(await stateMachine.describeExecution("run_1-1")).toMatchObject({ status: "RUNNING" });
    await stateMachine.sendTaskSuccess({ token, output: { released: true } });
    await ended("run_1-1");
    expect(await stateMachine.describeExecution("run_1-1")).toMatchObject({ status: "SUCCEEDED" });
  });

  test("a second start while it runs changes nothing", async () => {
    const { stateMachine, tokenOf, ended, asked } = await makeMachine({ timeoutSeconds: hour });
    await stateMachine.startExecution({ name: "run_1-1", input });
    const token = await tokenOf("run_1-1");
    // Step Functions answers as it did the first time, so what is answered here says nothing.
    await stateMachine.startExecution({ name: "run_1-1", input });
    await stateMachine.sendTaskSuccess({ token, output: {} });
    await ended("run_1-1");
    expect(asked()).toEqual(["run_1-1"]);
  });

  test("a start with another input while it runs changes nothing, and says so", async () => {
    const { stateMachine, tokenOf, asked } = await makeMachine({ timeoutSeconds: hour });
    await stateMachine.startExecution({ name: "run_1-1", input });
    await tokenOf("run_1-1");
    const other = { name: "run_1-1", input: { ...input, epoch: 2 } };
    expect(await stateMachine.startExecution(other)).toBe("already-exists");
    expect(asked()).toEqual(["run_1-1"]);
  });

  test("a start after it ended changes nothing, and says so", async () => {
    const { stateMachine, tokenOf, ended, asked } = await makeMachine({ timeoutSeconds: hour });
    await stateMachine.startExecution({ name: "run_1-1", input });
    await stateMachine.sendTaskSuccess({ token: await tokenOf("run_1-1"), output: {} });
    await ended("run_1-1");
    expect(await stateMachine.startExecution({ name: "run_1-1", input })).toBe("already-exists");
    expect(await stateMachine.describeExecution("run_1-1")).toMatchObject({ status: "SUCCEEDED" });
    expect(asked()).toEqual(["run_1-1"]);
  });
}

function describeTokens(makeMachine: MakeStateMachine): void {
  test("a token is taken once; sent again it has timed out", async () => {
    const { stateMachine, tokenOf, ended } = await makeMachine({ timeoutSeconds: hour });
    await stateMachine.startExecution({ name: "run_1-1", input });
    const token = await tokenOf("run_1-1");
    expect(await stateMachine.sendTaskSuccess({ token, output: {} })).toBe("accepted");
    await ended("run_1-1");
    expect(await stateMachine.sendTaskSuccess({ token, output: {} })).toBe("timed-out");
    expect(await stateMachine.describeExecution("run_1-1")).toMatchObject({ status: "SUCCEEDED" });
  });

  test("a token completes the wait that it was made for and no other", async () => {
    const { stateMachine, tokenOf, ended } = await makeMachine({ timeoutSeconds: hour });
    await stateMachine.startExecution({ name: "run_1-1", input });
    await stateMachine.startExecution({ name: "run_2-1", input });
    await tokenOf("run_1-1");
    await stateMachine.sendTaskSuccess({ token: await tokenOf("run_2-1"), output: {} });
    await ended("run_2-1");
    expect(await stateMachine.describeExecution("run_1-1")).toMatchObject({ status: "RUNNING" });
  });

  test("a token of an execution that ended by its wait's timeout has timed out", async () => {
    const { stateMachine, tokenOf, ended } = await makeMachine({ timeoutSeconds: 1 });
    await stateMachine.startExecution({ name: "run_1-1", input });
    const token = await tokenOf("run_1-1");
    await ended("run_1-1");
    expect(await stateMachine.sendTaskSuccess({ token, output: {} })).toBe("timed-out");
    expect(await stateMachine.describeExecution("run_1-1")).toMatchObject({ status: "FAILED" });
  });

  test("a text that is no token is never accepted", async () => {
    const { stateMachine, tokenOf } = await makeMachine({ timeoutSeconds: hour });
    await stateMachine.startExecution({ name: "run_1-1", input });
    await tokenOf("run_1-1");
    for (const token of ["no-token", "A".repeat(2_048)]) {
      const answer = await stateMachine
        .sendTaskSuccess({ token, output: {} })
        .catch((error: unknown) => error);
      // Step Functions tells a dead token from what never was one; not every engine does.
      const isRefused = answer === "timed-out" || answer instanceof InvariantBroken;
      expect(isRefused).toBe(true);
    }
    expect(await stateMachine.describeExecution("run_1-1")).toMatchObject({ status: "RUNNING" });
  });
}

import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { CreateStateMachineCommand, SFNClient } from "@aws-sdk/client-sfn";
import { describe, expect, inject, test } from "vitest";
import * as z from "zod/mini";
import { createStepFunctions } from "../../shared/adapters/aws/step-functions.ts";
import { InvariantBroken, StateMachineUnavailable, TableNotGranted } from "../../shared/domain/errors.ts";
import type { StateMachine } from "../../shared/ports/state-machine.ts";
import { AskedTokens, waitingMachine } from "../contract/asked-tokens.ts";
import {
  describeStateMachineContract,
  type StateMachineHarness,
} from "../contract/state-machine-contract.ts";
import { ministackAccount } from "../emulator/ministack.ts";
import { clientSettings } from "./aws-clients.ts";
import { type Fate, type Judge, refuse, startFaultyProxy } from "./faulty-proxy.ts";
import { deployTellingFunction } from "./telling-function.ts";

const client = new SFNClient(clientSettings());
const askedSchema = z.object({ event: z.strictObject({ token: z.string(), execution: z.string() }) });
const input = { tenant: "default", runId: "run_1", epoch: 1 };

async function makeMachine({
  timeoutSeconds,
}: {
  readonly timeoutSeconds: number;
}): Promise<StateMachineHarness & { readonly stateMachineArn: string }> {
  const tokens = new AskedTokens();
  const functionName = await deployTellingFunction(new LambdaClient(clientSettings()), (told) => {
    const { execution, token } = askedSchema.parse(told).event;
    tokens.tell(execution, token);
  });
  const { stateMachineArn = "none" } = await client.send(
    new CreateStateMachineCommand({
      name: `machine-${randomUUID()}`,
      definition: JSON.stringify(waitingMachine(functionName, timeoutSeconds)),
      roleArn: `arn:aws:iam::${ministackAccount.id}:role/machine`,
    }),
  );
  const stateMachine = createStepFunctions({ client, stateMachineArn });
  return {
    stateMachineArn,
    stateMachine,
    tokenOf: tokens.tokenOf,
    asked: tokens.asked,
    async ended(execution) {
      while ((await stateMachine.describeExecution(execution))?.status === "RUNNING") await wait(20);
    },
  };
}

describeStateMachineContract("Step Functions", makeMachine);

/** The same machine, reached through faults and honestly. */
async function openFaulty(judge: Judge) {
  const { stateMachine: honest, stateMachineArn, ...rest } = await makeMachine({ timeoutSeconds: 3_600 });
  const endpoint = await startFaultyProxy(judge, { target: inject("awsEndpoint") });
  const faulty = new SFNClient(clientSettings(endpoint));
  return { ...rest, honest, stateMachine: createStepFunctions({ client: faulty, stateMachineArn }) };
}

async function catchAll(stateMachine: StateMachine) {
  const calls = [
    stateMachine.startExecution({ name: "run_1-1", input }),
    stateMachine.describeExecution("run_1-1"),
    stateMachine.sendTaskSuccess({ token: "token", output: {} }),
  ];
  return Promise.all(calls.map((call) => call.catch((error: unknown) => error)));
}

describe("Step Functions", () => {
  test.each<[string, Fate]>([
    ["is throttled", refuse("ThrottlingException")],
    ["has too many executions", refuse("ExecutionLimitExceeded")],
    ["fails inside", refuse("InternalServerError", {}, 500)],
    ["answers what its model does not know", { status: 503, answer: {} }],
    ["loses its answers", "lose-answer"],
  ])("that %s may answer later", async (_, fate) => {
    const { stateMachine } = await openFaulty(() => fate);
    for (const error of await catchAll(stateMachine)) expect(error).toBeInstanceOf(StateMachineUnavailable);
  });

  test("that refuses the role names the grant, and otherwise the deployment, without its words", async () => {
    for (const [name, expected] of [
      ["AccessDeniedException", TableNotGranted],
      ["StateMachineDoesNotExist", InvariantBroken],
      ["InvalidArn", InvariantBroken],
    ] as const) {
      const { stateMachine } = await openFaulty(() => refuse(name, { message: "SECRET" }));
      for (const error of await catchAll(stateMachine)) {
        expect(error).toBeInstanceOf(expected);
        expect(String(error)).not.toContain("SECRET");
      }
    }
  });

  test.each(["TaskTimedOut", "TaskDoesNotExist"])("that answers %s has no wait any more", async (name) => {
    const { stateMachine } = await openFaulty(() => refuse(name));
    expect(await stateMachine.sendTaskSuccess({ token: "token", output: {} })).toBe("timed-out");
  });

  test("that calls a token invalid has found a defect, and the token stays out of the error", async () => {
    const { stateMachine } = await openFaulty(() => refuse("InvalidToken", { message: "token-text" }));
    const sent = stateMachine.sendTaskSuccess({ token: "token-text", output: {} });
    const error = await sent.catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(InvariantBroken);
    expect(String(error)).not.toContain("token-text");
  });

  test("that loses the answer to a start has started one execution", async () => {
    const { stateMachine, tokenOf, asked, honest } = await openFaulty((operation, earlier) =>
      operation === "StartExecution" && earlier === 0 ? "lose-answer" : "pass",
    );
    await stateMachine.startExecution({ name: "run_1-1", input });
    await tokenOf("run_1-1");
    expect(asked()).toEqual(["run_1-1"]);
    expect(await honest.describeExecution("run_1-1")).toMatchObject({ status: "RUNNING" });
  });

  test("that loses the answer to a token has taken it", async () => {
    const { stateMachine, tokenOf, ended, honest } = await openFaulty((operation) =>
      operation === "SendTaskSuccess" ? "lose-answer" : "pass",
    );
    await stateMachine.startExecution({ name: "run_1-1", input });
    const sent = stateMachine.sendTaskSuccess({ token: await tokenOf("run_1-1"), output: {} });
    // Sent twice by the SDK: whether the second answer was lost too or said "timed out", nobody was told "accepted".
    expect(await sent.catch((error: unknown) => error)).not.toBe("accepted");
    await ended("run_1-1");
    expect(await honest.describeExecution("run_1-1")).toMatchObject({ status: "SUCCEEDED" });
  });

  test.each([
    ["PENDING_REDRIVE", "RUNNING"],
    ["TIMED_OUT", "TIMED_OUT"],
    ["ABORTED", "ABORTED"],
  ])("an execution that is %s is described as %s", async (status, expected) => {
    const { stateMachine } = await openFaulty(() => ({ status: 200, answer: { status } }));
    expect(await stateMachine.describeExecution("run_1-1")).toEqual({ status: expected });
  });

  test("a name that is no machine's ARN is refused before anything is asked", async () => {
    const stateMachine = createStepFunctions({
      client,
      stateMachineArn: "arn:aws:states:us-east-1:1:activity:a",
    });
    await expect(stateMachine.describeExecution("run_1-1")).rejects.toBeInstanceOf(InvariantBroken);
  });
});

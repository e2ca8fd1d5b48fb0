import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { type RetryProps, TaskInput } from "aws-cdk-lib/aws-stepfunctions";
import { LambdaInvoke, type LambdaInvokeJsonataProps } from "aws-cdk-lib/aws-stepfunctions-tasks";
import type { Construct } from "constructs";

/** Every function learns which run it works for from the execution's own input, never from another function's answer. */
const runOfExecution = {
  tenant: "{% $states.context.Execution.Input.tenant %}",
  runId: "{% $states.context.Execution.Input.runId %}",
  epoch: "{% $states.context.Execution.Input.epoch %}",
};

export interface FunctionCall extends Pick<
  LambdaInvokeJsonataProps,
  "outputs" | "integrationPattern" | "taskTimeout"
> {
  readonly of: IFunction;
  /** What the function needs beside the run's ids. */
  readonly payload?: Readonly<Record<string, string>>;
  readonly retries: readonly RetryProps[];
}

/** A state named `name` that invokes a Lambda function with ids and retries by the given rules only. */
export function callFunction(scope: Construct, name: string, call: FunctionCall): LambdaInvoke {
  const { of: lambdaFunction, payload, retries, ...rest } = call;
  const state = LambdaInvoke.jsonata(scope, name, {
    ...rest,
    lambdaFunction,
    payload: TaskInput.fromObject({ ...runOfExecution, ...payload }),
    retryOnServiceExceptions: false,
  });
  for (const retry of retries) state.addRetry(retry);
  return state;
}

import {
  executionStatusFunction,
  type FunctionName,
  functions,
  type FunctionWiring,
  routes,
  type RouteWiring,
  schedules,
  spanConsumer,
} from "../../shared/wiring.ts";
import type { Config } from "../config.ts";

/** The functions of a deployment; without a span stream there is nothing for `write-traces` to do. */
export function listFunctions({ spanTransport }: Config): readonly FunctionName[] {
  return Object.keys(functions)
    .filter(isFunctionName)
    .filter((name) => name !== spanConsumer.function || spanTransport === "kinesis");
}

function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(functions, name);
}

/**
 * Functions whose roles are named in the policies of tables, keys and the log's bucket. Those roles are made in the stateful stack, where
 * an update of the code cannot replace them: a policy that names a role made anew would let nobody in.
 */
export function isSensitive(name: FunctionName): boolean {
  const { taskToken, ledger, ledgerKey, publishes }: FunctionWiring = functions[name];
  return taskToken === "open" || ledger === "append" || ledgerKey === "sign" || publishes;
}

/** Whether nobody waits for its answer, so that Lambda itself tries again and puts aside what failed. */
export function isInvokedAsynchronously(name: FunctionName): boolean {
  return (
    name === executionStatusFunction ||
    schedules.some((schedule) => schedule.function === name) ||
    Object.values(functions).some(({ invokes }: FunctionWiring) => invokes.includes(name))
  );
}

/** Whether it serves a route that the setting `publicLog` opens. */
export function servesPublicLog(name: FunctionName): boolean {
  return routes.some((route: RouteWiring) => route.function === name && route.publicBy === "publicLog");
}

/** Whether requests of the API go to it. */
export function isBehindApi(name: FunctionName): boolean {
  return routes.some((route) => route.function === name);
}

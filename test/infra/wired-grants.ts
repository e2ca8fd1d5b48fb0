import { readConfig } from "../../infra/config.ts";
import { listFunctions } from "../../infra/constructs/function-kinds.ts";
import {
  type FunctionName,
  functions,
  type FunctionWiring,
  spanConsumer,
  writesOf,
} from "../../shared/wiring.ts";

export const here = (service: string, rest: string) => `arn:aws:${service}:us-east-1:111122223333:${rest}`;
export const table = (name: string) => here("dynamodb", `table/countersign-${name}`);
export const functionArn = (name: string) => here("lambda", `function:countersign-${name}`);
export const machine = here("states", "stateMachine:countersign-run");
export const execution = here("states", "execution:countersign-run:run_01jd8qk4v00000000000000000-1");

/** ARNs of the two keys, and of the bucket of the published log. */
export interface Keys {
  readonly token: string;
  readonly ledger: string;
  readonly log: string;
}

/** Function, action and resource of all that the wiring promises. */
export function listWired(keys: Keys): readonly (readonly [string, string, string])[] {
  return listFunctions(readConfig({})).flatMap((name) => listGrants(name, keys));
}

/** What the wiring promises a function, said in the actions of the adapters. */
function listGrants(name: FunctionName, keys: Keys): readonly (readonly [string, string, string])[] {
  const {
    reads,
    checks,
    ledger,
    ledgerKey,
    publishes,
    agentTables,
    taskToken,
    stateMachine,
    spans,
    callsModel,
    invokes,
  }: FunctionWiring = functions[name];
  const spanStream = here("kinesis", "stream/countersign-spans");
  const readsTable = (place: string) => ["dynamodb:BatchGetItem", "dynamodb:Query"].map((a) => [a, place]);
  const pairs: readonly (readonly string[])[] = [
    ...reads.flatMap((read) => readsTable(table(read))),
    ...writesOf(name, "kinesis").flatMap((written) => [
      ["dynamodb:PutItem", table(written)],
      ["dynamodb:ConditionCheckItem", table(written)],
      ...(written === "work" ? [["dynamodb:DeleteItem", table(written)]] : []),
    ]),
    ...checks.map((checked) => ["dynamodb:ConditionCheckItem", table(checked)]),
    ...(ledger === "none"
      ? []
      : [
          ["dynamodb:GetItem", table("ledger")],
          ["dynamodb:Query", table("ledger")],
        ]),
    ...(ledger === "append"
      ? [
          ["dynamodb:BatchGetItem", table("ledger")],
          ["dynamodb:PartiQLInsert", table("ledger")],
        ]
      : []),
    ...(agentTables === "none" ? [] : readsTable(table("agent-support"))),
    ...(agentTables === "write" ? [["dynamodb:PutItem", table("agent-support")]] : []),
    ...(ledgerKey === "none" ? [] : [["kms:GetPublicKey", keys.ledger]]),
    ...(ledgerKey === "sign" ? [["kms:Sign", keys.ledger]] : []),
    ...(publishes
      ? [
          ["s3:PutObject", `${keys.log}/tile/0/000`],
          ["s3:GetObject", `${keys.log}/checkpoint`],
          ["s3:ListBucket", keys.log],
        ]
      : []),
    ...(taskToken === "seal" ? [["kms:Encrypt", keys.token]] : []),
    ...(taskToken === "open" ? [["kms:Decrypt", keys.token]] : []),
    ...(stateMachine === "start"
      ? [
          ["states:StartExecution", machine],
          ["states:DescribeExecution", execution],
        ]
      : []),
    ...(stateMachine === "send" ? [["states:SendTaskSuccess", machine]] : []),
    ...(spans === "emit" ? [["kinesis:PutRecords", spanStream]] : []),
    ...(name === spanConsumer.function ? [["kinesis:GetRecords", spanStream]] : []),
    ...(callsModel
      ? [["secretsmanager:GetSecretValue", here("secretsmanager", "secret:countersign/model-key-AbCdEf")]]
      : []),
    ...invokes.map((invoked) => ["lambda:InvokeFunction", functionArn(invoked)]),
  ];
  return pairs.map(([action = "", resource = ""]) => [name, action, resource]);
}

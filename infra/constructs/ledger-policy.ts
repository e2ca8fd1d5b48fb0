import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Config } from "../config.ts";
import type { Arns } from "./arns.ts";

/** All that changes or removes an item, or makes items go away by themselves, but for a put. */
const changes = [
  "dynamodb:BatchWriteItem",
  "dynamodb:DeleteItem",
  "dynamodb:PartiQLDelete",
  "dynamodb:PartiQLUpdate",
  "dynamodb:UpdateItem",
  "dynamodb:UpdateTimeToLive",
];

/**
 * The ledger's own policy: a Deny that no permission elsewhere outweighs. Nobody changes an entry; `append-ledger`'s
 * role alone adds one, by PartiQL's INSERT, which fails on a key that is taken. Who may change this policy can undo it,
 * and that leaves its trace in CloudTrail.
 */
export function ledgerPolicy(arns: Arns, retention: Config["retention"]): PolicyDocument {
  const everybody = { principals: [new AnyPrincipal()], resources: [arns.table("ledger")] };
  return new PolicyDocument({
    statements: [
      new PolicyStatement({
        ...everybody,
        sid: "NobodyChangesTheLedger",
        effect: Effect.DENY,
        actions: ["dynamodb:PutItem", ...changes, ...removalOf(retention)],
      }),
      new PolicyStatement({
        ...everybody,
        sid: "OnlyAppendLedgerInserts",
        effect: Effect.DENY,
        actions: ["dynamodb:PartiQLInsert"],
        conditions: { ArnNotEquals: { "aws:PrincipalArn": arns.role("append-ledger") } },
      }),
    ],
  });
}

/**
 * The policy of the seals, of the same kind. `sign-checkpoint`'s role alone puts one, and that twice: as an intent, then
 * with its checkpoint. A put may overwrite, so this role could also undo what it sealed; nobody else can.
 */
export function sealPolicy(arns: Arns, retention: Config["retention"]): PolicyDocument {
  const everybody = { principals: [new AnyPrincipal()], resources: [arns.table("seal")] };
  return new PolicyDocument({
    statements: [
      new PolicyStatement({
        ...everybody,
        sid: "NobodyRemovesSeals",
        effect: Effect.DENY,
        actions: ["dynamodb:PartiQLInsert", ...changes, ...removalOf(retention)],
      }),
      new PolicyStatement({
        ...everybody,
        sid: "OnlySignCheckpointSeals",
        effect: Effect.DENY,
        actions: ["dynamodb:PutItem"],
        conditions: { ArnNotEquals: { "aws:PrincipalArn": arns.role("sign-checkpoint") } },
      }),
    ],
  });
}

/** A table for a trial has to go with its stack. */
function removalOf(retention: Config["retention"]): readonly string[] {
  return retention === "retain" ? ["dynamodb:DeleteTable"] : [];
}

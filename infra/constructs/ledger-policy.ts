import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Config } from "../config.ts";
import type { Arns } from "./arns.ts";

/** All that changes or removes an item, or makes items go away by themselves. */
const changes = [
  "dynamodb:BatchWriteItem",
  "dynamodb:DeleteItem",
  "dynamodb:PartiQLDelete",
  "dynamodb:PartiQLUpdate",
  "dynamodb:PutItem",
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
        // A table for a trial has to go with its stack.
        actions: retention === "retain" ? [...changes, "dynamodb:DeleteTable"] : changes,
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

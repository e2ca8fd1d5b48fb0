import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import {
  AccountRootPrincipal,
  AnyPrincipal,
  Effect,
  PolicyDocument,
  PolicyStatement,
} from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";
import { tokenKeyAliasOf } from "../../shared/names.ts";
import type { Config } from "../config.ts";
import { type Arns, createArns } from "./arns.ts";

/**
 * The key that seals task tokens (docs/threat-model.md, rule 2). The account's administrators keep it, but nobody opens
 * what it sealed except `resume-run`, whatever other permissions they hold.
 */
export class TokenKey extends Key {
  constructor(scope: Construct, id: string, { prefix, retention }: Config) {
    super(scope, id, {
      description: "Seals the task tokens of runs that wait",
      alias: tokenKeyAliasOf(prefix),
      enableKeyRotation: true,
      policy: keyPolicy(createArns(Stack.of(scope), prefix)),
      removalPolicy: retention === "retain" ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(retention === "retain" ? 30 : 7),
    });
  }
}

function keyPolicy(arns: Arns): PolicyDocument {
  return new PolicyDocument({
    statements: [
      new PolicyStatement({
        sid: "TheAccountKeepsTheKey",
        principals: [new AccountRootPrincipal()],
        // Without every right for the account a key can end up where nobody can change it any more (KMS developer guide).
        actions: ["kms:*"],
        resources: ["*"],
      }),
      new PolicyStatement({
        sid: "OnlyResumeRunOpensTokens",
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        // ReEncrypt opens and seals again, under a key of the caller's; a grant would let its holder do any of these.
        actions: ["kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant"],
        // In a key's policy "*" is the key itself.
        resources: ["*"],
        conditions: { ArnNotEquals: { "aws:PrincipalArn": arns.role("resume-run") } },
      }),
    ],
  });
}

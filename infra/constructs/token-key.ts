import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { Key } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";
import { tokenKeyAliasOf } from "../../shared/names.ts";
import type { Config } from "../config.ts";
import { createArns } from "./arns.ts";
import { denyAllBut } from "./key-policy.ts";

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
      policy: denyAllBut(createArns(Stack.of(scope), prefix).role("resume-run"), {
        sid: "OnlyResumeRunOpensTokens",
        // ReEncrypt opens and seals again, under a key of the caller's; a grant would let its holder do any of these.
        actions: ["kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant"],
      }),
      removalPolicy: retention === "retain" ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(retention === "retain" ? 30 : 7),
    });
  }
}

import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import {
  AccountRootPrincipal,
  AnyPrincipal,
  Effect,
  PolicyDocument,
  PolicyStatement,
} from "aws-cdk-lib/aws-iam";
import { Key, KeySpec, KeyUsage } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";
import { ledgerKeyAliasOf } from "../../shared/names.ts";
import type { Config } from "../config.ts";
import { type Arns, createArns } from "./arns.ts";

/**
 * The key that signs the ledger's checkpoints (docs/adr/0011-ledger-as-a-tree.md). The account's administrators keep it,
 * but nobody signs with it except `sign-checkpoint`, whatever other permissions they hold. KMS rotates no key pairs.
 */
export class LedgerKey extends Key {
  constructor(scope: Construct, id: string, { prefix, retention }: Config) {
    super(scope, id, {
      description: "Signs the checkpoints of the audit ledger",
      alias: ledgerKeyAliasOf(prefix),
      keySpec: KeySpec.ECC_NIST_EDWARDS25519,
      keyUsage: KeyUsage.SIGN_VERIFY,
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
        sid: "OnlySignCheckpointSigns",
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        // A grant would let its holder sign.
        actions: ["kms:Sign", "kms:CreateGrant"],
        // In a key's policy "*" is the key itself.
        resources: ["*"],
        conditions: { ArnNotEquals: { "aws:PrincipalArn": arns.role("sign-checkpoint") } },
      }),
    ],
  });
}

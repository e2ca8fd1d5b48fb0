import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { Key, KeySpec, KeyUsage } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";
import { ledgerKeyAliasOf } from "../../shared/names.ts";
import type { Config } from "../config.ts";
import { createArns } from "./arns.ts";
import { denyAllBut } from "./key-policy.ts";

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
      policy: denyAllBut(createArns(Stack.of(scope), prefix).role("sign-checkpoint"), {
        sid: "OnlySignCheckpointSigns",
        // A grant would let its holder sign.
        actions: ["kms:Sign", "kms:CreateGrant"],
      }),
      removalPolicy: retention === "retain" ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(retention === "retain" ? 30 : 7),
    });
  }
}

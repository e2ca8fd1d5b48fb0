import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { Config } from "../config.ts";
import { createArns } from "../constructs/arns.ts";
import { isSensitive, listFunctions } from "../constructs/function-kinds.ts";
import { FunctionRole } from "../constructs/function-role.ts";
import { LedgerKey } from "../constructs/ledger-key.ts";
import { LogBucket } from "../constructs/log-bucket.ts";
import { CognitoSignIn, type SignIn } from "../constructs/sign-in.ts";
import { agentTables, Tables } from "../constructs/tables.ts";
import { TokenKey } from "../constructs/token-key.ts";

/** What has to outlive every deployment: tables, keys, the published log, the roles that they name, and who may sign in. */
export class StatefulStack extends Stack {
  readonly streamArns: ReadonlyMap<string, string>;
  readonly tokenKeyArn: string;
  readonly ledgerKeyArn: string;
  readonly logBucket: { readonly bucketArn: string; readonly bucketName: string };
  readonly signIn: SignIn;

  constructor(scope: Construct, id: string, { config, ...props }: StackProps & { readonly config: Config }) {
    super(scope, id, {
      ...props,
      description: "Countersign: tables, keys, published log, sensitive roles, people",
      terminationProtection: config.retention === "retain",
    });
    const arns = createArns(this, config.prefix);

    this.streamArns = new Tables(this, "tables", { config, arns }).streamArns;
    this.tokenKeyArn = new TokenKey(this, "token-key", config).keyArn;
    this.ledgerKeyArn = new LedgerKey(this, "ledger-key", config).keyArn;

    this.logBucket = new LogBucket(this, "log", config);

    const { streamArns, tokenKeyArn, ledgerKeyArn } = this;
    const logBucketArn = this.logBucket.bucketArn;
    for (const name of listFunctions(config).filter(isSensitive)) {
      new FunctionRole(this, name, {
        config,
        arns,
        streamArns,
        tokenKeyArn,
        ledgerKeyArn,
        logBucketArn,
        agentTables,
      });
    }

    this.signIn =
      config.issuer === "cognito" ? new CognitoSignIn(this, "sign-in", config) : signInElsewhere(config);
    new CfnOutput(this, "Issuer", { value: this.signIn.issuer });
    new CfnOutput(this, "LogBucket", { value: this.logBucket.bucketName });
    new CfnOutput(this, "ClientIds", { value: this.signIn.clientIds.join(",") });
  }
}

function signInElsewhere({ issuer, clientIds }: Config): SignIn {
  return { issuer, clientIds };
}

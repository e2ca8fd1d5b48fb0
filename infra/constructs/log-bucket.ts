import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { AnyPrincipal, Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectLockRetention,
  ObjectOwnership,
} from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import type { Config } from "../config.ts";
import { createArns } from "./arns.ts";

/**
 * The published log: tiles, bundles and the newest checkpoint, every version locked for years. `publish-log` alone
 * writes. The bucket stays private, whatever the setting `publicLog` says: that opens the API's routes.
 *
 * AWS names it, because bucket names are unique in the whole world. That of a trial has neither versions nor locks, so that
 * it can be emptied.
 */
export class LogBucket extends Bucket {
  constructor(scope: Construct, id: string, config: Config) {
    const isKept = config.retention === "retain";
    super(scope, id, {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      versioned: isKept,
      ...(isKept && { objectLockDefaultRetention: describeLock(config) }),
      removalPolicy: isKept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const everybody = { effect: Effect.DENY, principals: [new AnyPrincipal()] };
    this.addToResourcePolicy(
      new PolicyStatement({
        ...everybody,
        sid: "OnlyPublishLogWrites",
        actions: ["s3:PutObject"],
        resources: [this.arnForObjects("*")],
        conditions: {
          ArnNotEquals: {
            "aws:PrincipalArn": createArns(Stack.of(scope), config.prefix).role("publish-log"),
          },
        },
      }),
    );
    if (!isKept) return;
    this.addToResourcePolicy(
      new PolicyStatement({
        ...everybody,
        sid: "NobodyRemovesWhatWasPublished",
        actions: [
          "s3:BypassGovernanceRetention",
          "s3:DeleteObject",
          "s3:DeleteObjectVersion",
          "s3:PutObjectRetention",
        ],
        resources: [this.arnForObjects("*")],
      }),
    );
  }
}

function describeLock({ logLock, logLockYears }: Config): ObjectLockRetention {
  const duration = Duration.days(365 * logLockYears);
  switch (logLock) {
    case "governance":
      return ObjectLockRetention.governance(duration);
    case "compliance":
      return ObjectLockRetention.compliance(duration);
  }
}

import { Duration } from "aws-cdk-lib";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { deadLettersNameOf } from "./arns.ts";

/**
 * What failed for good, from every source. Messages about streams say where a record stands and not what it holds; the
 * sweep of `keep-deadlines` makes up for what was not sealed or released, so nothing is to be put back by hand.
 */
export class DeadLetters extends Queue {
  constructor(scope: Construct, id: string, prefix: string) {
    super(scope, id, {
      queueName: deadLettersNameOf(prefix),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // The longest that SQS keeps a message.
      retentionPeriod: Duration.days(14),
    });
  }
}

import { Stack } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";
import type { Config } from "../config.ts";

/** Whom the deployment tells something. What is sent is never the truth: people sign in to see that. */
export class Topics extends Construct {
  /** For those who run the deployment. */
  readonly alarms: Topic;
  /** For approver pools. Nothing is sent yet; who is to hear of what comes with notices. */
  readonly pools: Topic;

  constructor(scope: Construct, id: string, { prefix, alarmEmail }: Config) {
    super(scope, id);
    this.alarms = new Topic(this, "alarms", { topicName: `${prefix}-alarms`, enforceSSL: true });
    this.pools = new Topic(this, "pools", { topicName: `${prefix}-pools`, enforceSSL: true });
    this.alarms.addToResourcePolicy(
      new PolicyStatement({
        sid: "AlarmsOfThisAccountAreTold",
        principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
        actions: ["sns:Publish"],
        resources: [this.alarms.topicArn],
        conditions: { StringEquals: { "aws:SourceAccount": Stack.of(this).account } },
      }),
    );
    if (alarmEmail !== undefined) this.alarms.addSubscription(new EmailSubscription(alarmEmail));
  }
}

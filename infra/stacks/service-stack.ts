import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { tableNameOf } from "../../shared/names.ts";
import type { Config } from "../config.ts";
import { Alarms } from "../constructs/alarms.ts";
import { Api } from "../constructs/api.ts";
import { createArns } from "../constructs/arns.ts";
import { DeadLetters } from "../constructs/dead-letters.ts";
import { EventRules } from "../constructs/event-rules.ts";
import { RunMachine } from "../constructs/run-machine.ts";
import { StreamSources } from "../constructs/stream-sources.ts";
import { agentTables } from "../constructs/tables.ts";
import { Topics } from "../constructs/topics.ts";
import { WiredFunctions } from "../constructs/wired-functions.ts";
import type { StatefulStack } from "./stateful-stack.ts";

export interface ServiceStackProps extends StackProps {
  readonly config: Config;
  readonly stateful: StatefulStack;
}

/** All that runs: functions, the state machine, what calls them, and who is told when something is wrong. */
export class ServiceStack extends Stack {
  constructor(scope: Construct, id: string, { config, stateful, ...props }: ServiceStackProps) {
    super(scope, id, { ...props, description: "Countersign: functions, state machine, API" });
    // Its roles are named here, not referred to.
    this.addStackDependency(stateful);
    const { prefix } = config;
    const { streamArns, tokenKeyArn, ledgerKeyArn, logBucket, signIn } = stateful;
    const arns = createArns(this, prefix);

    const deadLetters = new DeadLetters(this, "dead-letters", prefix);
    const functions = new WiredFunctions(this, "functions", {
      config,
      arns,
      streamArns,
      tokenKeyArn,
      ledgerKeyArn,
      logBucketArn: logBucket.bucketArn,
      logBucketName: logBucket.bucketName,
      signIn,
      agentTables,
    });
    const machine = new RunMachine(
      this,
      "run",
      {
        "take-agent-steps": functions.get("take-agent-steps"),
        "open-requirement": functions.get("open-requirement"),
        "execute-call": functions.get("execute-call"),
        "end-run": functions.get("end-run"),
      },
      prefix,
    );
    new StreamSources(this, "streams", { config, functions, streamArns, deadLetters });
    new EventRules(this, "events", { functions, machine, deadLetters });
    const api = new Api(this, "http", { config, functions, signIn });
    const topics = new Topics(this, "topics", config);
    new Alarms(this, "alarms", { prefix, functions, machine, deadLetters, topic: topics.alarms });

    this.#say({
      ApiUrl: api.url,
      RunMachineArn: machine.stateMachineArn,
      TablePrefix: tableNameOf(prefix, ""),
      Retention: config.retention === "retain" ? "retain" : "destroy: removing the stacks deletes all data",
    });
  }

  #say(outputs: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}

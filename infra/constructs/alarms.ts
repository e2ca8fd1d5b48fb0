import { Duration } from "aws-cdk-lib";
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  Metric,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { FilterPattern, MetricFilter } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { IStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { functionNameOf } from "../../shared/names.ts";
import { type FunctionName, streams } from "../../shared/wiring.ts";
import type { DeadLetters } from "./dead-letters.ts";
import type { WiredFunctions } from "./wired-functions.ts";

export interface AlarmsProps {
  readonly prefix: string;
  readonly functions: WiredFunctions;
  readonly machine: IStateMachine;
  readonly deadLetters: DeadLetters;
  readonly topic: ITopic;
}

const period = Duration.minutes(5);

/**
 * Six alarms, each with an article in docs/runbook.md. A metric in an alarm costs 0.10 USD a month, one of our own 0.30,
 * so all functions share one: what happened is in the log line, not in the metric's name.
 */
export class Alarms extends Construct {
  readonly #props: AlarmsProps;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.#props = props;
    const { machine, deadLetters } = props;
    this.#raise("log-alarms", "A function wrote a line of the level alarm", this.#countAlarmLines(), 1);
    this.#raise(
      "dead-letters",
      "Something failed for good and was put aside",
      deadLetters.metricApproximateNumberOfMessagesVisible({ period, statistic: "Maximum" }),
      1,
    );
    // Each one is followed by another execution of its run; a run is given up after five without a step between them.
    this.#raise(
      "executions-failed",
      "Executions fail again and again",
      machine.metricFailed({ period, statistic: "Sum" }),
      5,
    );
    for (const reader of new Set<FunctionName>(streams.map((stream) => stream.function))) {
      this.#raise(
        `late-${reader}`,
        `Decisions wait for more than a minute for ${reader}`,
        this.#measureLateness(reader),
        60_000,
      );
    }
  }

  /** One metric without dimensions, fed from every function's log. */
  #countAlarmLines(): IMetric {
    const name = { metricNamespace: functionNameOf(this.#props.prefix, "logs"), metricName: "AlarmLines" };
    for (const [functionName, { logGroup }] of this.#props.functions) {
      new MetricFilter(this, `${functionName}-lines`, {
        logGroup,
        filterPattern: FilterPattern.stringValue("$.level", "=", "alarm"),
        ...name,
      });
    }
    const { metricNamespace: namespace, metricName } = name;
    return new Metric({ namespace, metricName, period, statistic: "Sum" });
  }

  /** Age of the oldest record that a stream's reader has not handled, in milliseconds. */
  #measureLateness(reader: FunctionName): IMetric {
    return this.#props.functions.get(reader).metric("IteratorAge", { period, statistic: "Maximum" });
  }

  #raise(name: string, description: string, metric: IMetric, threshold: number): void {
    const { prefix, topic } = this.#props;
    const alarm = new Alarm(this, name, {
      alarmName: functionNameOf(prefix, name),
      alarmDescription: `${description}; see docs/runbook.md.`,
      metric,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(topic));
  }
}

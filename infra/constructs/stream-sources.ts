import { RemovalPolicy } from "aws-cdk-lib";
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from "aws-cdk-lib/aws-lambda";
import { SqsDlq } from "aws-cdk-lib/aws-lambda-event-sources";
import { Stream, StreamEncryption, StreamMode } from "aws-cdk-lib/aws-kinesis";
import { Construct } from "constructs";
import { spanStreamNameOf } from "../../shared/names.ts";
import { spanConsumer, streams, type StreamWiring } from "../../shared/wiring.ts";
import type { Config } from "../config.ts";
import type { DeadLetters } from "./dead-letters.ts";
import type { WiredFunctions } from "./wired-functions.ts";

export interface StreamSourcesProps {
  readonly config: Config;
  readonly functions: WiredFunctions;
  /** DynamoDB streams, by the name of their table. */
  readonly streamArns: ReadonlyMap<string, string>;
  readonly deadLetters: DeadLetters;
}

/** Hands changes of tables, and the spans, to the functions that the wiring names. */
export class StreamSources extends Construct {
  constructor(scope: Construct, id: string, props: StreamSourcesProps) {
    super(scope, id);
    for (const stream of streams) this.#mapTable(stream, props);
    if (props.config.spanTransport === "kinesis") this.#mapSpans(props);
  }

  #mapTable(wiring: StreamWiring, { functions, streamArns, deadLetters }: StreamSourcesProps): void {
    const { source, partitionPrefix, batchSize, attempts } = wiring;
    const eventSourceArn = streamArns.get(source);
    if (eventSourceArn === undefined)
      throw new Error(`Table "${source}" of the wiring's streams has no stream.`);
    new EventSourceMapping(this, source, {
      target: functions.get(wiring.function),
      eventSourceArn,
      // Removals are those of the clean-up; they say nothing new.
      filters: [
        FilterCriteria.filter({
          eventName: FilterRule.or("INSERT", "MODIFY"),
          dynamodb: { Keys: { pk: { S: FilterRule.beginsWith(partitionPrefix) } } },
        }),
      ],
      ...howToDeliver({ batchSize, attempts }),
      onFailure: new SqsDlq(deadLetters),
    });
  }

  #mapSpans({ config, functions, deadLetters }: StreamSourcesProps): void {
    const stream = new Stream(this, "spans", {
      streamName: spanStreamNameOf(config.prefix),
      // One shard takes 1,000 records a second and costs 11 USD a month; a stream on demand costs 29 when idle.
      streamMode: StreamMode.PROVISIONED,
      shardCount: 1,
      encryption: StreamEncryption.MANAGED,
      // Spans are on their way here for seconds.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new EventSourceMapping(this, "spans-source", {
      target: functions.get(spanConsumer.function),
      eventSourceArn: stream.streamArn,
      ...howToDeliver(spanConsumer),
      onFailure: new SqsDlq(deadLetters),
    });
  }
}

/**
 * A record that cannot be handled must not hold up those behind it, for up to a day: a failing batch is halved until
 * the record stands alone, what the function names as failed comes again by itself, and after `attempts` it is put
 * aside.
 */
function howToDeliver({ batchSize, attempts }: Pick<StreamWiring, "batchSize" | "attempts">) {
  return {
    batchSize,
    startingPosition: StartingPosition.TRIM_HORIZON,
    bisectBatchOnError: true,
    reportBatchItemFailures: true,
    retryAttempts: attempts - 1,
  };
}

import {
  type FunctionName,
  functions,
  machineFunctions,
  routes,
  schedules,
  streams,
} from "../shared/wiring.ts";
import { type Measured, type MeasuredStories, totalOf } from "./measured-units.ts";

/** USD in us-east-1, list prices of November 2026 without free tiers. */
export const prices = {
  perMillionTransitions: 25,
  perMillionWriteUnits: 0.625,
  perMillionReadUnits: 0.125,
  perGigabyteMonthStored: 0.25,
  perGigabyteMonthRecoverable: 0.2,
  perMillionInvocations: 0.2,
  perGigabyteSecond: 0.0000133334,
  perMillionApiRequests: 1,
  perMillionKeyRequests: 3,
  perMillionSignatures: 15,
  perMillionTraces: 5,
  perGigabyteLogged: 0.5,
  perMillionScheduledEvents: 1,
  perKeyMonth: 1,
  perAlarmMetricMonth: 0.1,
  perOwnMetricMonth: 0.3,
  perSecretMonth: 0.4,
  perMillionObjectReads: 0.4,
  perMillionObjectWrites: 5,
  perShardMonth: 10.95,
} as const;

/** What is not counted but set; docs/costs.md says why. */
export const assumptions = {
  millisecondsPerRequest: 15,
  millisecondsPerInvocation: 20,
  coldStartsPerInvocation: 0.1,
  millisecondsPerColdStart: 600,
  logBytesPerInvocation: 500,
  logBytesPerApiRequest: 400,
  tracesPerRun: 1,
  /** Of the four alarms of infra/constructs/alarms.ts: one looks at the age of two functions' streams. */
  alarmMetrics: 5,
  hoursPerMonth: 730,
} as const;

export interface CostLine {
  readonly item: string;
  /** How much of it, per run or per month. */
  readonly quantity: number;
  readonly unit: string;
  /** For 1,000 runs, or for the month. */
  readonly usd: number;
}

/** The lines of 1,000 runs like the measured one; quantities are those of one run. */
export function priceRuns(run: Measured): readonly CostLine[] {
  const { invocations, readUnits, writeUnits } = totalOf(run);
  const api = countApiRequests(run);
  const gigabyteSeconds = countGigabyteSeconds(run);
  const { tracesPerRun } = assumptions;
  const logKilobytes = countLogBytes(run) / 1_000;
  const line = (item: string, quantity: number, unit: string, perMillion: number): CostLine => ({
    item,
    quantity,
    unit,
    usd: (quantity * perMillion) / 1_000,
  });
  return [
    line("Step Functions", run.transitions, "transitions", prices.perMillionTransitions),
    line("DynamoDB writes", writeUnits, "write units", prices.perMillionWriteUnits),
    line("DynamoDB reads", readUnits, "read units", prices.perMillionReadUnits),
    line("Lambda invocations", invocations, "invocations", prices.perMillionInvocations),
    line("Lambda time", gigabyteSeconds, "GB-seconds", prices.perGigabyteSecond * 1e6),
    line("HTTP API", api, "requests", prices.perMillionApiRequests),
    line("KMS, task token", run.keyRequests, "requests", prices.perMillionKeyRequests),
    line("KMS, ledger", run.signatures, "signatures", prices.perMillionSignatures),
    line("X-Ray", tracesPerRun, "traces", prices.perMillionTraces),
    line("CloudWatch Logs", logKilobytes, "kB", prices.perGigabyteLogged),
  ];
}

/**
 * What `publish-log` asks for when nothing was sealed since: the published checkpoint, and the newest seal twice, once for
 * how much is sealed (test/functions/publish-log/publish-log.test.ts).
 */
export const idlePublishing: Measured = {
  transitions: 0,
  kilobytesKept: 0,
  keyRequests: 0,
  signatures: 0,
  functions: { "publish-log": { invocations: 1, requests: 3, readUnits: 2, writeUnits: 0 } },
};

/** A minute in which something was sealed: a bundle, a tile, now and then one above it, and the checkpoint. */
const mostPutsPerMinute = 4;

/** Of a month in which something is sealed every minute, what putting it into the published log's bucket costs at most. */
export function pricePuts(): number {
  return (assumptions.hoursPerMonth * 60 * mostPutsPerMinute * prices.perMillionObjectWrites) / 1e6;
}

/** The lines of a month in which nobody starts a run. */
export function priceIdleMonth(
  { emptySweep }: MeasuredStories,
  transport: "direct" | "kinesis",
): readonly CostLine[] {
  const [{ everySeconds }] = schedules;
  const sweeps = (assumptions.hoursPerMonth * 3_600) / everySeconds;
  const { readUnits } = totalOf(emptySweep);
  const logGigabytes = (sweeps * assumptions.logBytesPerInvocation) / 1e9;
  const gigabyteSeconds = sweeps * countGigabyteSeconds(emptySweep);
  const published = countGigabyteSeconds(idlePublishing);
  const line = (item: string, quantity: number, unit: string, price: number): CostLine => ({
    item,
    quantity,
    unit,
    usd: quantity * price,
  });
  return [
    line("KMS, key of task tokens", 1, "key", prices.perKeyMonth),
    line("KMS, key of the ledger", 1, "key", prices.perKeyMonth),
    line("CloudWatch alarms", assumptions.alarmMetrics, "metrics", prices.perAlarmMetricMonth),
    line("CloudWatch, lines of the level alarm", 1, "metric", prices.perOwnMetricMonth),
    line("Secrets Manager, the model's key", 1, "secret", prices.perSecretMonth),
    line("Sweep: events", sweeps, "events", prices.perMillionScheduledEvents / 1e6),
    line("Sweep: Lambda invocations", sweeps, "invocations", prices.perMillionInvocations / 1e6),
    line("Sweep: Lambda time", gigabyteSeconds, "GB-seconds", prices.perGigabyteSecond),
    line("Sweep: DynamoDB reads", sweeps * readUnits, "read units", prices.perMillionReadUnits / 1e6),
    line("Sweep: CloudWatch Logs", logGigabytes, "GB", prices.perGigabyteLogged),
    line("Publishing: events", sweeps, "events", prices.perMillionScheduledEvents / 1e6),
    line("Publishing: Lambda invocations", sweeps, "invocations", prices.perMillionInvocations / 1e6),
    line("Publishing: Lambda time", sweeps * published, "GB-seconds", prices.perGigabyteSecond),
    line(
      "Publishing: DynamoDB reads",
      sweeps * totalOf(idlePublishing).readUnits,
      "read units",
      prices.perMillionReadUnits / 1e6,
    ),
    line("Publishing: S3 reads", sweeps, "reads", prices.perMillionObjectReads / 1e6),
    line("Publishing: CloudWatch Logs", logGigabytes, "GB", prices.perGigabyteLogged),
    ...(transport === "kinesis" ? [line("Kinesis", 1, "shard", prices.perShardMonth)] : []),
  ];
}

export function sumOf(lines: readonly CostLine[]): number {
  return lines.reduce((sum, { usd }) => sum + usd, 0);
}

/** For each month that what 1,000 runs wrote is kept, in the tables and for their recovery. */
export function priceKeeping({ kilobytesKept }: Measured): number {
  return (kilobytesKept / 1_000) * (prices.perGigabyteMonthStored + prices.perGigabyteMonthRecoverable);
}

/** A second of waiting for the model, in each of 1,000 runs. */
export function priceModelSecond(): number {
  return 1_000 * memoryOf("take-agent-steps") * prices.perGigabyteSecond;
}

/** How much dearer the invocations of 1,000 runs are where each of them starts cold. */
export function priceAllCold(run: Measured): number {
  const { millisecondsPerColdStart, coldStartsPerInvocation } = assumptions;
  const gigabytes = sumOver(run, (name, { invocations }) => invocations * memoryOf(name));
  const seconds = (millisecondsPerColdStart / 1_000) * (1 - coldStartsPerInvocation);
  return 1_000 * gigabytes * seconds * prices.perGigabyteSecond;
}

/** What 1,000 runs cost more if every function's invocation that the machine did not make had a trace of its own. */
export function priceActiveTracing(run: Measured): number {
  const machine: ReadonlySet<string> = new Set(machineFunctions);
  const traces = sumOver(run, (name, { invocations }) => (machine.has(name) ? 0 : invocations));
  return (traces * prices.perMillionTraces) / 1_000;
}

/** GB-seconds of Lambda, by requests and invocations, since what a run lasts locally says nothing about AWS. */
export function countGigabyteSeconds(run: Measured): number {
  const { millisecondsPerRequest, millisecondsPerInvocation } = assumptions;
  const { coldStartsPerInvocation, millisecondsPerColdStart } = assumptions;
  const perInvocation = millisecondsPerInvocation + coldStartsPerInvocation * millisecondsPerColdStart;
  return sumOver(run, (name, { invocations, requests }) => {
    const milliseconds = requests * millisecondsPerRequest + invocations * perInvocation;
    return (milliseconds / 1_000) * memoryOf(name);
  });
}

/** Invocations that a stream made, which Lambda reads without charge. */
export function countStreamBatches(run: Measured): number {
  const readers = new Set<string>(streams.map((stream) => stream.function));
  return sumOver(run, (name, { invocations }) => (readers.has(name) ? invocations : 0));
}

export function countApiRequests(run: Measured): number {
  const behindApi = new Set<string>(routes.map((route) => route.function));
  return sumOver(run, (name, { invocations }) => (behindApi.has(name) ? invocations : 0));
}

function countLogBytes(run: Measured): number {
  const { logBytesPerApiRequest, logBytesPerInvocation } = assumptions;
  return countApiRequests(run) * logBytesPerApiRequest + totalOf(run).invocations * logBytesPerInvocation;
}

function sumOver(
  run: Measured,
  count: (name: FunctionName, function_: Measured["functions"][string]) => number,
): number {
  return Object.entries(run.functions).reduce((sum, [name, each]) => sum + count(readName(name), each), 0);
}

function readName(name: string): FunctionName {
  if (isFunctionName(name)) return name;
  throw new Error(`bench/measured-units.json names ${name}, which is no function.`);
}

function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(functions, name);
}

/** In GB, as Lambda charges it. */
function memoryOf(name: FunctionName): number {
  return functions[name].memoryMegabytes / 1_024;
}

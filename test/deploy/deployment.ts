import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import * as z from "zod/mini";
import { clientIds } from "../../local/issuer/clients.ts";
import { startScriptedModel } from "../../local/scripted-model/start-scripted-model.ts";
import { createDynamoLedgerStore } from "../../shared/adapters/aws/dynamodb-ledger-store.ts";
import { createDynamoStore } from "../../shared/adapters/aws/dynamodb-store.ts";
import { createS3PublishedLog } from "../../shared/adapters/aws/s3-published-log.ts";
import { defaultPrefix, tableNameOf } from "../../shared/names.ts";
import type { LedgerStore } from "../../shared/ports/ledger-store.ts";
import type { PublishedLog } from "../../shared/ports/published-log.ts";
import type { Store } from "../../shared/ports/store.ts";
import { ministackAccount, startMinistack } from "../emulator/ministack.ts";
import { startIssuer } from "../local/issuer/start-issuer.ts";
import { type Relay, startRelay } from "./relay.ts";
import { runCdk } from "./run-cdk.ts";

/** Countersign as `cdk deploy` made it in the emulator, with an issuer and a scripted model outside of it. */
export interface Deployment extends AsyncDisposable {
  readonly endpoint: string;
  /** Without a slash at its end. */
  readonly apiUrl: string;
  readonly machineArn: string;
  readonly issuerUrl: string;
  /** Where the issuer keeps its keys. */
  readonly issuerDirectory: string;
  /** The process whose children are the workers of the deployed functions. */
  readonly emulatorPid: number;
  /** What was put in place of something that the emulator lacks, one line each. */
  readonly standIns: readonly string[];
  /** Between `take-agent-steps` and the model. */
  readonly model: Relay;
  /** Between the functions and DynamoDB. */
  readonly tables: Relay;
  /** With an administrator's rights on every table. */
  readonly store: Store;
  readonly ledger: LedgerStore;
  /** The bucket of the published log. */
  readonly publishedLog: PublishedLog;
  readonly client: DynamoDBClient;
  /** Runs the CDK CLI on a new synthesis with this deployment's settings, which it keeps under the name `into`. */
  synthesizeAnd(command: readonly string[], into: string): Promise<string>;
  /** Runs it on what is kept under the name `from`. */
  cdk(command: readonly string[], from: string): Promise<string>;
  /** What the emulator said so far. */
  readLog(): string;
}

/** Starts everything on loopback and deploys into it; each phase prints how long it took. */
export async function deploy(): Promise<Deployment> {
  const disposal = new AsyncDisposableStack();
  try {
    return await deployInto(disposal);
  } catch (error) {
    await disposal.disposeAsync();
    throw error;
  }
}

async function deployInto(disposal: AsyncDisposableStack): Promise<Deployment> {
  const directory = mkdtempSync(join(tmpdir(), "countersign-deploy-"));
  disposal.defer(() => rmSync(directory, { recursive: true }));
  const pathOf = (name: string) => join(directory, name);
  const { issuerUrl } = disposal.use(await startIssuer(pathOf("issuer")));
  const scripted = await startScriptedModel();
  disposal.defer(() => scripted.close());
  const model = await startRelay(() => scripted.baseUrl);
  disposal.defer(() => model.close());
  const { emulator, tables } = await timePhase("start the emulator", () => startEmulator(disposal));
  const { endpoint } = emulator;
  const settings = describeSettings({ issuer: issuerUrl, modelUrl: `${model.url}/v1` });
  const readLog = () => readFileSync(logFile, "utf8");
  const cli = { endpoint, home: directory };
  const synthesizeAnd = (command: readonly string[], into: string) =>
    runCdk([...command, ...settings, "--output", pathOf(into)], cli);
  const { id, region } = ministackAccount;
  // From a directory without an app, which it would synthesize for nothing.
  const elsewhere = { ...cli, cwd: directory };
  await timePhase("cdk bootstrap", () => runCdk(["bootstrap", `aws://${id}/${region}`], elsewhere));
  const options = ["--all", "--require-approval", "never", "--outputs-file", pathOf("outputs.json")];
  await timePhase("cdk deploy", () => synthesizeAnd(["deploy", ...options], "first"));
  const { logBucket, ...outputs } = readOutputs(pathOf("outputs.json"), endpoint);
  return {
    ...outputs,
    ...connect(endpoint, logBucket),
    endpoint,
    issuerUrl,
    issuerDirectory: pathOf("issuer"),
    emulatorPid: emulator.pid,
    standIns: [...readLog().matchAll(/^stand-in: (.*)$/gm)].map(([, standIn = ""]) => standIn),
    model,
    tables,
    synthesizeAnd,
    cdk: (command, from) => runCdk([...command, "--app", pathOf(from)], cli),
    readLog,
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  };
}

/** Left for whoever wants to know why a test failed; what the functions logged is in it. */
const logFile = join(import.meta.dirname, "../../.cache/deploy/emulator.log");

async function startEmulator(disposal: AsyncDisposableStack) {
  mkdirSync(dirname(logFile), { recursive: true });
  let target = "";
  const tables = await startRelay(() => target);
  disposal.defer(() => tables.close());
  const emulator = await startMinistack({
    logFile,
    // Both are handed on to the functions, whose DynamoDB clients follow the second one.
    environment: {
      STAND_INS: join(import.meta.dirname, "stand_ins.py"),
      AWS_ENDPOINT_URL_DYNAMODB: tables.url,
    },
  });
  disposal.defer(() => emulator.close());
  target = emulator.endpoint;
  return { emulator, tables };
}

function describeSettings(settings: {
  readonly issuer: string;
  readonly modelUrl: string;
}): readonly string[] {
  const all = { ...settings, clientIds: clientIds.join(","), spanTransport: "kinesis", retention: "destroy" };
  return Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** By stack. */
const outputsSchema = z.record(z.string(), z.unknown());
const statefulSchema = z.object({ LogBucket: z.string() });
const serviceSchema = z.object({
  // The emulator's addresses are `http://<id>.execute-api.127.0.0.1:<port>`, which no client can resolve.
  ApiUrl: z.string().check(z.regex(/^http:\/\/\w+\.execute-api\./)),
  RunMachineArn: z.string(),
});

function readOutputs(file: string, endpoint: string) {
  const outputs = outputsSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  const { LogBucket: logBucket } = statefulSchema.parse(outputs[`${defaultPrefix}-stateful`]);
  const service = serviceSchema.parse(outputs[`${defaultPrefix}-service`]);
  const id = /^http:\/\/(\w+)/.exec(service.ApiUrl)?.[1];
  const apiUrl = `${endpoint}/_aws/execute-api/${id}/$default`;
  return { apiUrl, machineArn: service.RunMachineArn, logBucket };
}

/** What an administrator of the account has: every table, without the functions' grants. */
function connect(endpoint: string, bucket: string) {
  const { region, credentials } = ministackAccount;
  const client = new DynamoDBClient({ endpoint, region, credentials });
  return {
    client,
    store: createDynamoStore({ client, tableNameOf: (table) => tableNameOf(defaultPrefix, table) }),
    ledger: createDynamoLedgerStore({ client, tableName: tableNameOf(defaultPrefix, "ledger") }),
    publishedLog: createS3PublishedLog({ client: new S3Client({ endpoint, region, credentials }), bucket }),
  };
}

/** Runs `action` and prints how many seconds it took. */
export async function timePhase<Result>(name: string, action: () => Promise<Result>): Promise<Result> {
  const startedAt = performance.now();
  const result = await action();
  console.log(`${name}: ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
  return result;
}

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const here = import.meta.dirname;
const cache = join(here, "../../.cache/ministack");
const startLimitMs = 60_000;
const endLimitMs = 10_000;

/** The services of our stacks, and what `cdk bootstrap` and `cdk deploy` need; MiniStack answers for no other one. */
const services = [
  "apigateway",
  "cloudformation",
  "cognito-idp",
  "dynamodb",
  "dynamodbstreams",
  "ecr",
  "events",
  "iam",
  "kinesis",
  "kms",
  "lambda",
  "logs",
  "monitoring",
  "s3",
  "scheduler",
  "secretsmanager",
  "sns",
  "sqs",
  "ssm",
  "states",
  "sts",
];

/** What clients are to use: MiniStack's own account is 000000000000, and `cdk` deploys into no other one there. */
export const ministackAccount = {
  id: "000000000000",
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
} as const;

export interface Ministack {
  /** `http://127.0.0.1:…`, for every service. */
  readonly endpoint: string;
  /** Of its process group too, in which its functions run. */
  readonly pid: number;
  readonly logFile: string;
  /** Ends the emulator with every process of its group; everything in it is gone. */
  close(): Promise<void>;
}

/**
 * Starts MiniStack, an AWS emulator, on a free port of the loopback interface and waits until it answers; installs it
 * first where `.cache/ministack` has not got what requirements.txt says.
 *
 * It keeps everything in memory, and ends when this process does. `run_ministack.py` holds it to loopback. It runs a
 * deployed function of a runtime `nodejs*` as a process `node`, the first one on its PATH, whatever the runtime's
 * version: that is the Node of this process, so start this with Node 24. Such a function inherits the environment given
 * here (and AWS_ENDPOINT_URL, this emulator's), not the one of this process: no credentials of the user's get there.
 * `AUTH=true` makes it judge every call by IAM policies; the default is to allow all of them.
 */
export async function startMinistack(
  options: { readonly environment?: Readonly<Record<string, string>>; readonly logFile?: string } = {},
): Promise<Ministack> {
  const python = install();
  const port = await findFreePort();
  const logFile = options.logFile ?? join(cache, "ministack.log");
  const log = openSync(logFile, "w");
  // A group of its own, so that its end is the end of the functions that it runs.
  const emulator = spawn(python, [join(here, "run_ministack.py")], {
    cwd: cache,
    detached: true,
    stdio: ["pipe", log, log],
    env: { ...describeEnvironment(port), ...options.environment },
  });
  closeSync(log);
  const { pid } = emulator;
  if (pid === undefined) throw new Error(`MiniStack's Python could not be started: remove ${cache}.`);
  const endpoint = `http://127.0.0.1:${port}`;
  const close = () => end(emulator, pid);
  try {
    await waitForHealth(endpoint, emulator);
  } catch (error) {
    await close();
    throw new Error(`MiniStack did not start: ${logFile} says why.`, { cause: error });
  }
  return { endpoint, pid, logFile, close };
}

function describeEnvironment(port: number): Record<string, string> {
  return {
    PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
    LANG: "C.UTF-8",
    BIND_HOST: "127.0.0.1",
    GATEWAY_PORT: String(port),
    // The host in the addresses that it makes up, as of APIs and queues.
    MINISTACK_HOST: "127.0.0.1",
    MINISTACK_ACCOUNT_ID: ministackAccount.id,
    MINISTACK_REGION: ministackAccount.region,
    SERVICES: services.join(","),
    LAMBDA_EXECUTOR: "local",
    // Listeners of their own, and a Docker daemon that this machine may have.
    IOT_MTLS_ENABLED: "0",
    SFTP_ENABLED: "0",
    DOCKER_HOST: "unix:///dev/null/no-docker",
  };
}

/** Makes a virtual environment for these very requirements, once; answers its Python. */
function install(): string {
  const requirements = join(here, "requirements.txt");
  const version = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 16);
  const environment = join(cache, version);
  const python = join(environment, "bin/python");
  if (existsSync(python)) return python;

  const needs = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))";
  if (spawnSync("python3", ["-c", needs], { stdio: "ignore" }).status !== 0) {
    throw new Error(
      "The AWS suites need Python 3.11 or later, with venv and pip, for the emulator MiniStack: install it (Debian: python3 and python3-venv).",
    );
  }
  mkdirSync(cache, { recursive: true });
  // Under another name first: an installation that was broken off is never taken for a whole one.
  const unfinished = join(cache, `${version}.${process.pid}.unfinished`);
  run("python3", ["-m", "venv", "--clear", unfinished]);
  const pip = ["-m", "pip", "--disable-pip-version-check", "--quiet"];
  run(join(unfinished, "bin/python"), [
    ...pip,
    "install",
    "--no-deps",
    "--only-binary=:all:",
    "-r",
    requirements,
  ]);
  run(join(unfinished, "bin/python"), [...pip, "check"]);
  try {
    renameSync(unfinished, environment);
  } catch (error) {
    // Another process was first.
    rmSync(unfinished, { recursive: true });
    if (!existsSync(python)) throw error;
  }
  return python;
}

function run(command: string, commandArguments: readonly string[]): void {
  const { status } = spawnSync(command, commandArguments, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) {
    throw new Error(`MiniStack could not be installed; the output of ${command} above says why.`);
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("The loopback interface has no port.");
  return address.port;
}

async function waitForHealth(endpoint: string, emulator: ChildProcess): Promise<void> {
  const giveUpAt = Date.now() + startLimitMs;
  while (emulator.exitCode === null && emulator.signalCode === null && Date.now() < giveUpAt) {
    const answer = await fetch(`${endpoint}/_ministack/health`).catch(() => undefined);
    if (answer?.ok === true) return;
    await wait(50);
  }
  throw new Error(`${endpoint} did not answer within ${startLimitMs / 1_000} seconds.`);
}

/** The end of its standard input is the sign to tidy up and go, which `run_ministack.py` does for the whole group. */
async function end(emulator: ChildProcess, pid: number): Promise<void> {
  if (emulator.exitCode !== null || emulator.signalCode !== null) return;
  const ended = once(emulator, "exit");
  emulator.stdin?.end();
  const limit = new AbortController();
  await Promise.race([ended, wait(endLimitMs, undefined, { signal: limit.signal })]).finally(() =>
    limit.abort(),
  );
  if (emulator.exitCode === null && emulator.signalCode === null) process.kill(-pid, "SIGKILL");
  await ended;
}

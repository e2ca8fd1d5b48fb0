import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TestProject } from "vitest/node";

const here = import.meta.dirname;
const cache = join(here, "../../.cache/dynamodb-local");
const libraries = join(cache, "libraries");
/** The `pom.xml` that the libraries were fetched by, put there once all of them were. */
const fetched = join(cache, "pom.xml");

declare module "vitest" {
  interface ProvidedContext {
    /** Where DynamoDB Local listens, `http://127.0.0.1:…`. */
    readonly dynamoEndpoint: string;
  }
}

export interface DynamoLocal {
  /** `http://127.0.0.1:…` */
  readonly endpoint: string;
  readonly close: () => Promise<void>;
}

/** Vitest's global set-up: one engine for all test files; answers how to end it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { endpoint, close } = await startDynamoLocal();
  project.provide("dynamoEndpoint", endpoint);
  return close;
}

/** Starts DynamoDB Local with nothing in it, on a free port; fetches it first where it is not there. */
export async function startDynamoLocal(): Promise<DynamoLocal> {
  requireTool("javac", ["-version"], "a JDK, version 17 or later (Debian: openjdk-17-jdk-headless)");
  fetchLibraries();
  const engine = startEngine();
  const endpoint = `http://127.0.0.1:${await readPort(engine)}`;
  const close = async () => {
    const ended = once(engine, "exit");
    engine.kill();
    await ended;
  };
  return { endpoint, close };
}

/** Whether it can be started with what this machine has, without fetching anything. */
export function hasDynamoLocal(): boolean {
  return isFetched() && runs("javac", ["-version"]);
}

function runs(command: string, commandArguments: readonly string[]): boolean {
  return spawnSync(command, commandArguments, { stdio: "ignore" }).status === 0;
}

function isFetched(): boolean {
  return existsSync(fetched) && readFileSync(fetched).equals(readFileSync(join(here, "pom.xml")));
}

function requireTool(command: string, versionArguments: readonly string[], what: string): void {
  if (runs(command, versionArguments)) return;
  throw new Error(
    `"${command}" does not run, and the AWS suites need it for DynamoDB Local: install ${what}.`,
  );
}

/** Fetches DynamoDB Local and what it needs, about 51 MB, once per version. */
function fetchLibraries(): void {
  if (isFetched()) return;
  const pom = join(here, "pom.xml");
  requireTool("mvn", ["--version"], "Apache Maven (Debian: maven)");
  mkdirSync(cache, { recursive: true });
  const goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", `-DoutputDirectory=${libraries}`];
  const { status } = spawnSync("mvn", ["-B", "-q", "-ntp", "-f", pom, ...goal], { stdio: "inherit" });
  if (status !== 0) throw new Error("Maven could not fetch DynamoDB Local: its output above says why.");
  copyFileSync(pom, fetched);
}

function startEngine(): ChildProcess {
  const classes = ["-cp", join(libraries, "*"), `-Djava.library.path=${libraries}`];
  // Java ends when this process does, because its standard input ends then.
  return spawn("java", ["-Xmx512m", ...classes, join(here, "LoopbackServer.java")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
}

async function readPort({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error("DynamoDB Local was started without an output.");
  for await (const line of createInterface({ input: stdout })) {
    const port = /^port (\d+)$/.exec(line)?.[1];
    if (port !== undefined) return port;
  }
  throw new Error("DynamoDB Local ended before it listened: its output above says why.");
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { KillPlan } from "./kill-plan.ts";

const script = join(import.meta.dirname, "child.ts");

/** Halves the time of a start. */
const compileCache = join(tmpdir(), "countersign-kill-compiled");

/** A start takes under a second, an ending less; a process that needs this long hangs. */
const patienceMs = 20_000;

export interface Child {
  readonly url: string;
  /** What it wrote through its ports, in order. */
  readonly writes: readonly string[];
  readonly said: readonly string[];
  /** How it ended. */
  readonly ended: Promise<NodeJS.Signals | number | null>;
  /** Aborts the first execution of every live run; resolves when that is done, or when the process has died. */
  abortExecutions(): Promise<void>;
  /** Waits until everything is delivered, then ends it. */
  end(): Promise<void>;
  /** Ends it at once, whatever it does. */
  kill(): Promise<void>;
}

/** Starts the system on the data directory; `undefined` if it was killed before it was ready. */
export async function startChild(directory: string, plan: KillPlan): Promise<Child | undefined> {
  // No key and no endpoint of whoever runs the tests: the scripted model answers.
  const { OPENAI_API_KEY: _key, OPENAI_BASE_URL: _url, ...env } = process.env;
  const child = spawn(process.execPath, [script, directory, JSON.stringify(plan)], {
    env: { ...env, NODE_COMPILE_CACHE: compileCache },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const writes: string[] = [];
  const said: string[] = [];
  const ready = Promise.withResolvers<string | undefined>();
  const aborted = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    const [word = "", rest = ""] = splitOnce(line);
    if (word === "write") writes.push(rest);
    else if (word === "ready") ready.resolve(rest);
    else if (word === "aborted") aborted.resolve();
    else said.push(rest);
  });
  createInterface({ input: child.stderr }).on("line", (line) => said.push(line));
  const ended = once(child, "close").then(
    (): NodeJS.Signals | number | null => child.signalCode ?? child.exitCode,
  );
  void ended.then(() => ready.resolve(undefined));
  const url = await within(ready.promise, "start", child, said);
  if (url === undefined) {
    if ((await ended) === "SIGKILL") return undefined;
    throw new Error(`The system did not start:\n${said.join("\n")}`);
  }
  return {
    url,
    writes,
    said,
    ended,
    async abortExecutions() {
      child.kill("SIGUSR2");
      await within(Promise.race([aborted.promise, ended]), "abort", child, said);
    },
    async end() {
      child.kill("SIGTERM");
      const how = await within(ended, "end", child, said);
      if (how !== 0) throw new Error(`The system ended with ${how}:\n${said.join("\n")}`);
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function splitOnce(line: string): readonly [string, string] {
  const space = line.indexOf(" ");
  return space === -1 ? [line, ""] : [line.slice(0, space), line.slice(space + 1)];
}

async function within<T>(
  promise: Promise<T>,
  what: string,
  child: ChildProcess,
  said: readonly string[],
): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    child.kill("SIGKILL");
    late.reject(new Error(`The system did not ${what} within ${patienceMs} ms:\n${said.join("\n")}`));
  }, patienceMs);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

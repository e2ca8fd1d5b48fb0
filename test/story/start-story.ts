import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { type DevOptions, type DevServer, startDev } from "../../local/dev.ts";
import { serviceSecretPath } from "../../local/issuer/issuer-secrets.ts";
import { obtainMachineToken, obtainToken } from "../../local/issuer/obtain-token.ts";
import type { Ports } from "../../local/ports.ts";
import { startScriptedModel } from "../../local/scripted-model/start-scripted-model.ts";
import type { Store, WriteAction } from "../../shared/ports/store.ts";
import type { RefusalCode } from "../../shared/domain/refusal.ts";
import { problemSchema } from "../../shared/wire/api.ts";

/** A seeded person, the machine client `service`, a token of one's own making, or nobody. */
export type Who = string | { readonly token: string } | undefined;

export interface Answer {
  readonly status: number;
  /** The problem's code; `undefined` for what was no refusal. */
  readonly code: RefusalCode | undefined;
  readonly body: unknown;
  readonly headers: Headers;
}

export interface Sent {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it stands, instead of `body`. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The whole system on a free loopback port with an empty data directory, spoken to over HTTP. */
export interface Story extends AsyncDisposable {
  readonly url: string;
  readonly dataDirectory: string;
  readonly dev: DevServer;
  /** Unrestricted, as the system was built on them. */
  readonly ports: Ports;
  /** Every line of the narration and the log, so far. */
  readonly lines: readonly string[];
  /** Status line, headers and body of every answer, so far. */
  readonly answers: readonly string[];
  send(who: Who, method: "GET" | "POST", path: string, sent?: Sent): Promise<Answer>;
  /** Resolves after the next write of the system; asked for before a read, so that nothing is missed in between. */
  nextWrite(): Promise<void>;
  /** Moves the server's clock and waits until the sweep is done; tokens are obtained anew after it. */
  advance(milliseconds: number): Promise<void>;
}

export type StoryOptions = Partial<Pick<DevOptions, "agents" | "isLogPublic" | "modelUrl" | "wrapPorts">>;

/** Making a key takes longer than everything else of a start, so the stories of a file share one. */
let issuerKey: string | undefined;

/** Starts the system; without a `modelUrl` on the scripted model, whatever the environment says. */
export async function startStory(options: StoryOptions = {}): Promise<Story> {
  const dataDirectory = await mkdtemp(join(tmpdir(), "countersign-story-"));
  const model = options.modelUrl === undefined ? await startScriptedModel() : undefined;
  const keyPath = join(dataDirectory, "issuer-key.json");
  if (issuerKey !== undefined) await writeFile(keyPath, issuerKey, { mode: 0o600 });
  const lines: string[] = [];
  const answers: string[] = [];
  const writes = createWaiters();
  let built: Ports | undefined;
  const dev = await startDev({
    port: 0,
    dataDirectory,
    modelUrl: options.modelUrl ?? model?.baseUrl ?? "",
    testClock: true,
    print: (line) => lines.push(line),
    ...(options.agents === undefined ? {} : { agents: options.agents }),
    ...(options.isLogPublic === undefined ? {} : { isLogPublic: options.isLogPublic }),
    wrapPorts: (ports) => {
      const wrapped = options.wrapPorts?.(ports) ?? ports;
      built = wrapped;
      return { ...wrapped, store: announceWrites(wrapped.store, () => writes.wake()) };
    },
  });
  issuerKey ??= await readFile(keyPath, "utf8");
  if (built === undefined) throw new Error("The system was built without ports.");
  const { url } = dev;
  const tokens = createTokens(url, dataDirectory);

  async function send(who: Who, method: "GET" | "POST", path: string, sent: Sent = {}): Promise<Answer> {
    const token = typeof who === "string" ? await tokens.of(who) : who?.token;
    const body = sent.text ?? (sent.body === undefined ? undefined : JSON.stringify(sent.body));
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...sent.headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    answers.push(`${response.status} ${JSON.stringify([...response.headers])} ${text}`);
    return readAnswer(response, text);
  }

  return {
    url,
    dataDirectory,
    dev,
    ports: built,
    lines,
    answers,
    send,
    nextWrite: writes.wait,
    async advance(milliseconds) {
      const response = await fetch(`${url}/test/clock`, {
        method: "POST",
        body: JSON.stringify({ advanceMs: milliseconds }),
      });
      expect(response.status).toBe(200);
      await response.arrayBuffer();
      tokens.forget();
    },
    async [Symbol.asyncDispose]() {
      await dev.close();
      await model?.close();
      await rm(dataDirectory, { recursive: true });
    },
  };
}

function createWaiters() {
  let next = Promise.withResolvers<void>();
  return {
    wait: () => next.promise,
    wake() {
      next.resolve();
      next = Promise.withResolvers<void>();
    },
  };
}

/** The store as it is, telling of each write once it is done. */
export function announceWrites(store: Store, tell: (actions: readonly WriteAction[]) => void): Store {
  return {
    get: (keys) => store.get(keys),
    query: (range) => store.query(range),
    async write(actions) {
      const outcome = await store.write(actions);
      tell(actions);
      return outcome;
    },
  };
}

/** Every refusal is a problem document whose status is the answer's, and no answer is kept by anybody. */
function readAnswer(response: Response, text: string): Answer {
  const { status, headers } = response;
  const body: unknown = JSON.parse(text);
  expect(headers.get("cache-control")).toBe("no-store");
  if (status < 400) return { status, code: undefined, body, headers };
  expect(headers.get("content-type")).toBe("application/problem+json");
  const problem = problemSchema.parse(body);
  expect(problem.status).toBe(status);
  return { status, code: problem.code, body, headers };
}

function createTokens(url: string, dataDirectory: string) {
  const kept = new Map<string, Promise<string>>();
  const obtain = async (who: string): Promise<string> => {
    const issuerUrl = `${url}/oidc`;
    if (who !== "service") return (await obtainToken({ issuerUrl, person: who })).accessToken;
    const clientSecret = (await readFile(serviceSecretPath(dataDirectory), "utf8")).trim();
    return (await obtainMachineToken({ issuerUrl, clientId: "service", clientSecret })).accessToken;
  };
  return {
    of(who: string): Promise<string> {
      const token = kept.get(who) ?? obtain(who);
      kept.set(who, token);
      return token;
    },
    forget: () => kept.clear(),
  };
}

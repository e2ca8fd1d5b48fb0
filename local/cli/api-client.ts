import * as z from "zod/mini";
import { CommandFailed, RequestRefused } from "./command-failed.ts";

/** What the server said: checked, and as the text that it came in. */
export interface Answer<T> {
  readonly value: T;
  readonly json: string;
}

/** The server's routes, for one person. Throws `RequestRefused` for a problem document. */
export interface ApiClient {
  get<T>(path: string, schema: z.core.$ZodType<T>): Promise<Answer<T>>;
  post<T>(path: string, body: unknown, schema: z.core.$ZodType<T>): Promise<Answer<T>>;
  /** An answer of JSON lines, unparsed. */
  getText(path: string): Promise<string>;
}

/** What is read of a problem document: the refusals of a newer server, or of one behind a proxy, are readable too. */
const problemSchema = z.object({ detail: z.string(), code: z.string() });

/** Longer than the longest `?wait=`, 20 s. */
const answerTimeoutMs = 30_000;

/** Signs in with the first request, and once more when the token has become too old. */
export function createApiClient(settings: {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  readonly signIn: () => Promise<string>;
}): ApiClient {
  const { baseUrl, signIn } = settings;
  let signedIn: Promise<string> | undefined;

  async function send(method: "GET" | "POST", path: string, body?: unknown): Promise<string> {
    const isReused = signedIn !== undefined;
    signedIn ??= signIn();
    const response = await request(await signedIn, method, path, body);
    const text = await response.text();
    if (response.ok) return text;
    if (response.status !== 401 || !isReused) throw readProblem(text, response.status, `${method} ${path}`);
    // A command that waits for people outlives its token; a request that was not let in did nothing.
    signedIn = undefined;
    return send(method, path, body);
  }

  function request(token: string, method: string, path: string, body: unknown): Promise<Response> {
    const headers = { authorization: `Bearer ${token}`, "x-countersign-channel": "cli" };
    return fetch(`${baseUrl}${path}`, {
      method,
      // A bearer token goes to the server that was named and to no other.
      redirect: "error",
      signal: AbortSignal.timeout(answerTimeoutMs),
      ...(body === undefined
        ? { headers }
        : { headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
  }

  function check<T>(json: string, schema: z.core.$ZodType<T>, request: string): Answer<T> {
    const parsed = z.safeParse(schema, parseJson(json));
    if (parsed.success) return { value: parsed.data, json };
    const [issue] = parsed.error.issues;
    const where = issue === undefined ? "" : ` at "${issue.path.join(".")}"`;
    throw new CommandFailed(
      `${baseUrl} answered ${request} in a shape that this version does not know${where}: update one of the two.`,
    );
  }

  return {
    get: async (path, schema) => check(await send("GET", path), schema, `GET ${path}`),
    post: async (path, body, schema) => check(await send("POST", path, body), schema, `POST ${path}`),
    getText: (path) => send("GET", path),
  };
}

function readProblem(text: string, status: number, request: string): CommandFailed {
  const problem = problemSchema.safeParse(parseJson(text));
  if (problem.success) return new RequestRefused({ ...problem.data, status, json: text });
  return new CommandFailed(
    `The server answered ${request} with ${status} and no reason: look at the output of the server.`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

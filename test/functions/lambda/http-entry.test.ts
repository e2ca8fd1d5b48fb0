import { type IncomingMessage, type OutgoingHttpHeaders, request as sendRequest } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answer } from "../../../functions/http/answer.ts";
import { createApp, type SignedInRequest } from "../../../functions/http/create-app.ts";
import { createHttpEntry } from "../../../functions/lambda/http-entry.ts";
import { listen, type LocalServer } from "../../../local/server.ts";
import { MalformedRecord } from "../../../shared/domain/errors.ts";
import { functions, routes } from "../../../shared/wiring.ts";

const context = { getRemainingTimeInMillis: () => 10_000 };

/** Both ways to the same app, which answers what it was asked. */
const app = createApp(
  "control-runs",
  {
    log: () => {},
    verifyAccessToken: async (token) =>
      token === "asker"
        ? { kind: "machine", subject: "ci", clientId: "ci", scopes: ["countersign/run"] }
        : undefined,
  },
  { public: {}, signedIn: { "POST /agents/:agent/runs": echo, "POST /runs/:run/cancel": echo } },
);
const entry = createHttpEntry(app, () => {});

async function echo({ params, query, headers, body }: SignedInRequest) {
  const named = ["content-type", "idempotency-key", "x-note"];
  const seen = named.map((name) => [name, headers.get(name)]);
  return answer({ params, query: [...query], headers: seen, body });
}

interface Sent {
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: Buffer;
}

interface Received {
  readonly status: number | undefined;
  readonly headers: ReadonlyMap<string, unknown>;
  readonly body: unknown;
}

const compared = ["content-type", "www-authenticate", "cache-control", "x-content-type-options"];

function received(status: number | undefined, headers: Record<string, unknown>, body: string): Received {
  const kept = new Map(compared.map((name) => [name, headers[name]]));
  const content: unknown = JSON.parse(body);
  return { status, headers: kept, body: content };
}

let server: LocalServer;

beforeAll(async () => {
  server = await listen(0);
  server.mount([], app);
});
afterAll(() => server.close());

async function sendLocally({ path, headers, body }: Sent): Promise<Received> {
  const lists: OutgoingHttpHeaders = {};
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    lists[lower] = [...[lists[lower] ?? []].flat().map(String), value];
  }
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const target = { host: "127.0.0.1", port: server.port, method: "POST", path, headers: lists };
  sendRequest(target, resolve).on("error", reject).end(body);
  const response = await promise;
  return received(response.statusCode, response.headers, await text(response));
}

/** What API Gateway makes of the same bytes (developer guide, "Lambda proxy integrations for HTTP APIs"). */
async function sendThroughGateway({ path, headers, body }: Sent): Promise<Received> {
  const [rawPath = "", rawQueryString = ""] = path.split("?");
  const joined: Record<string, string> = {};
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    joined[lower] = joined[lower] === undefined ? value : `${joined[lower]},${value}`;
  }
  const isText = /^(?:text\/|application\/json)/.test(joined["content-type"] ?? "");
  const event = {
    version: "2.0",
    rawPath: decodeURIComponent(rawPath),
    rawQueryString,
    headers: { ...joined, ...(body && { "content-length": String(body.length) }) },
    requestContext: { http: { method: "POST" } },
    ...(body && { body: body.toString(isText ? "utf8" : "base64") }),
    isBase64Encoded: body !== undefined && !isText,
  };
  const { statusCode, headers: answered = {}, body: content = "" } = await entry(event, context);
  return received(statusCode, answered, content);
}

const signedIn = ["authorization", "Bearer asker"] as const;
const json = ["Content-Type", "application/json"] as const;
const path = "/runs/run_1/cancel";

describe("the answer is the local server's", () => {
  test.for<readonly [string, number, Sent]>([
    ["to a plain request", 200, { path, headers: [signedIn, json], body: Buffer.from('{"a":"ä"}') }],
    ["to one without a body", 200, { path, headers: [signedIn] }],
    [
      "to a query given twice",
      200,
      { path: `${path}?status=a&status=b&text=x%26y+z&empty=`, headers: [signedIn] },
    ],
    ["to an escaped path", 200, { path: "/runs/r%C3%A4%20n%3Fx%3D1/cancel", headers: [signedIn] }],
    ["to a body without a type", 200, { path, headers: [signedIn], body: Buffer.from("{}") }],
    [
      "to a body of another type",
      200,
      { path, headers: [signedIn, ["content-type", "application/octet-stream"]], body: Buffer.from([255]) },
    ],
    [
      "to a byte order mark",
      200,
      { path, headers: [signedIn, json], body: Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]) },
    ],
    [
      "to the largest body",
      200,
      { path, headers: [signedIn, json], body: Buffer.from(JSON.stringify("a".repeat(256 * 1_024 - 2))) },
    ],
    [
      "to a body beyond it",
      413,
      { path, headers: [signedIn, json], body: Buffer.from(JSON.stringify("a".repeat(256 * 1_024 - 1))) },
    ],
    ["to nobody", 401, { path, headers: [["cookie", "access_token=asker"]] }],
    ["to another's token", 401, { path, headers: [["authorization", "Bearer other"]] }],
    ["to an unknown path", 404, { path: "/nowhere", headers: [signedIn] }],
  ])("%s", async ([, status, sent]) => {
    const local = await sendLocally(sent);
    expect(local.status).toBe(status);
    expect(await sendThroughGateway(sent)).toEqual(local);
  });

  // The gateway joins them by "," and Node by ", ": no header that is read here has a meaning for either.
  test("to a header sent twice but for a space between its values", async () => {
    const sent: Sent = { path, headers: [signedIn, ["X-Note", "a"], ["x-note", "b"]] };
    const headersOf = ({ body }: Received) => (body as { headers: unknown }).headers;
    expect(headersOf(await sendLocally(sent))).toContainEqual(["x-note", "a, b"]);
    expect(headersOf(await sendThroughGateway(sent))).toContainEqual(["x-note", "a,b"]);
  });
});

test("a long poll is answered when its function answers, and not before", async () => {
  const { promise: isAsked, resolve: ask } = Promise.withResolvers<void>();
  const { promise: news, resolve: tell } = Promise.withResolvers<Response>();
  const poll = createHttpEntry(
    (_request) => {
      ask();
      return news;
    },
    () => {},
  );
  const event = {
    version: "2.0",
    rawPath: "/runs/run_1",
    rawQueryString: "wait=20",
    headers: {},
    requestContext: { http: { method: "GET" } },
    isBase64Encoded: false,
  };
  const answered: unknown[] = [];
  const polled = poll(event, context).then((result) => answered.push(result));
  await isAsked;
  expect(answered).toEqual([]);
  tell(new Response("{}"));
  await polled;
  expect(answered).toHaveLength(1);
});

test("functions behind the API have more time than the longest poll and less than API Gateway waits", () => {
  const names = new Set(routes.map((route) => route.function));
  // GET /runs/{run} waits for up to 20 s (docs/api.md); an HTTP API waits for 30 s (API Gateway quotas).
  for (const name of names) {
    expect(functions[name].timeoutSeconds).toBeGreaterThanOrEqual(25);
    expect(functions[name].timeoutSeconds).toBeLessThan(30);
  }
  expect(names.size).toBe(4);
});

test("what API Gateway did not send is refused", async () => {
  await expect(entry({ httpMethod: "POST", path }, context)).rejects.toBeInstanceOf(MalformedRecord);
});

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import {
  createServer as createHttp2Server,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import { buffer } from "node:stream/consumers";
import { inject, onTestFinished } from "vitest";

/** What becomes of one request: it goes through, its answer is lost after it took effect, or AWS says this instead. */
export type Fate = "pass" | "lose-answer" | { readonly status: number; readonly answer: object };

/** Decides by the operation (`PutItem`), how many of that operation came before, and the request's body. */
export type Judge = (operation: string, earlier: number, body: string) => Fate;

/** DynamoDB's answer that it refuses a request; other services read no more of the type than its name. */
export function refuse(name: string, members: object = {}, status = 400): Fate {
  return { status, answer: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, ...members } };
}

export interface ProxyOptions {
  /** Where requests go that pass; DynamoDB Local unless another engine is named. */
  readonly target?: string;
  /** `http2` without TLS for Kinesis, whose client speaks nothing else. */
  readonly protocol?: "http1" | "http2";
}

/** Stands between SDK and engine until the test ends; answers its own address. */
export async function startFaultyProxy(judge: Judge, options: ProxyOptions = {}): Promise<string> {
  const { target = inject("dynamoEndpoint"), protocol = "http1" } = options;
  const counts = new Map<string, number>();
  const handle = (request: Incoming, response: Outgoing) => {
    void relay(target, request, response, (operation, body) => {
      const earlier = counts.get(operation) ?? 0;
      counts.set(operation, earlier + 1);
      return judge(operation, earlier, body);
    });
  };
  return protocol === "http1" ? listen(createServer(handle)) : listenHttp2(createHttp2Server(handle));
}

type Incoming = IncomingMessage | Http2ServerRequest;
type Outgoing = ServerResponse | Http2ServerResponse;

async function listen(server: Server): Promise<string> {
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return addressOf(server);
}

async function listenHttp2(server: Http2Server): Promise<string> {
  const sessions = new Set<{ destroy(): void }>();
  server.on("session", (session) => sessions.add(session));
  onTestFinished(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  return addressOf(server);
}

async function addressOf(server: Server | Http2Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no port.");
  return `http://127.0.0.1:${address.port}`;
}

async function relay(
  endpoint: string,
  request: Incoming,
  response: Outgoing,
  judge: (operation: string, body: string) => Fate,
): Promise<void> {
  const body = await buffer(request);
  const fate = judge(operationOf(request), body.toString());
  if (typeof fate === "object") {
    reply(response, fate.status, JSON.stringify(fate.answer));
    return;
  }
  const answer = await fetch(`${endpoint}${request.url}`, {
    method: request.method ?? "POST",
    headers: pickHeaders(request, [
      "authorization",
      "content-type",
      "x-amz-date",
      "x-amz-invocation-type",
      "x-amz-target",
    ]),
    body,
  });
  const text = await answer.text();
  if (fate === "lose-answer") loseAnswer(request);
  else reply(response, answer.status, text);
}

/** `DynamoDB_20120810.PutItem` in a header, or for Lambda `/2015-03-31/functions/<name>/invocations`. */
function operationOf({ headers, url }: Incoming): string {
  const target = headers["x-amz-target"];
  if (target !== undefined) return String(target).slice(String(target).indexOf(".") + 1);
  return url?.endsWith("/invocations") === true ? "Invoke" : String(url);
}

function reply(response: Outgoing, status: number, text: string): void {
  const headers = { "content-type": "application/x-amz-json-1.0" };
  // Told apart for the types alone: the two classes have the same methods.
  if ("stream" in response) response.writeHead(status, headers).end(text);
  else response.writeHead(status, headers).end(text);
}

function loseAnswer(request: Incoming): void {
  if ("stream" in request) request.stream.session?.destroy();
  else request.socket.destroy();
}

function pickHeaders({ headers }: Incoming, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  );
}

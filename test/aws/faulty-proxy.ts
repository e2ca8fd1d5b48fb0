import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { inject, onTestFinished } from "vitest";

/** What becomes of one request: it goes through, its answer is lost after it took effect, or DynamoDB says this instead. */
export type Fate = "pass" | "lose-answer" | { readonly status: number; readonly answer: object };

/** Decides by the operation (`PutItem`), how many of that operation came before, and the request's body. */
export type Judge = (operation: string, earlier: number, body: string) => Fate;

/** DynamoDB's answer that it refuses a request. */
export function refuse(name: string, members: object = {}): Fate {
  return { status: 400, answer: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, ...members } };
}

/** Stands between SDK and DynamoDB Local until the test ends; answers its own address. */
export async function startFaultyProxy(judge: Judge): Promise<string> {
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    void relay(request, response, (operation, body) => {
      const earlier = counts.get(operation) ?? 0;
      counts.set(operation, earlier + 1);
      return judge(operation, earlier, body);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no port.");
  return `http://127.0.0.1:${address.port}`;
}

async function relay(
  request: IncomingMessage,
  response: ServerResponse,
  judge: (operation: string, body: string) => Fate,
): Promise<void> {
  const body = await buffer(request);
  const target = String(request.headers["x-amz-target"]);
  const fate = judge(target.slice(target.indexOf(".") + 1), body.toString());
  if (typeof fate === "object") {
    response.writeHead(fate.status, { "content-type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify(fate.answer));
    return;
  }
  const answer = await fetch(inject("dynamoEndpoint"), {
    method: "POST",
    headers: pickHeaders(request, ["authorization", "content-type", "x-amz-date", "x-amz-target"]),
    body,
  });
  const text = await answer.text();
  if (fate === "lose-answer") {
    request.socket.destroy();
    return;
  }
  response.writeHead(answer.status, { "content-type": "application/x-amz-json-1.0" });
  response.end(text);
}

function pickHeaders({ headers }: IncomingMessage, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, String(headers[name])]));
}

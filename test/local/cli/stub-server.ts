import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

/** A fixed answer: JSON unless it is a text. */
export interface StubAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface StubRequest {
  readonly route: string;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

export interface StubServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly StubRequest[];
}

/**
 * A loopback server that knows the given routes (`GET /runs/run_1?wait=5`, query and all) and no others. A list of
 * answers is given out in order, the last one again and again.
 */
export async function startStub(
  routes: Readonly<Record<string, StubAnswer | readonly StubAnswer[]>>,
): Promise<StubServer> {
  const requests: StubRequest[] = [];
  const unknown: string[] = [];
  const asked = new Map<string, number>();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = `${request.method} ${request.url}`;
    const body = await text(request);
    requests.push({
      route,
      authorization: request.headers.authorization,
      body: body === "" ? undefined : JSON.parse(body),
    });
    const known = routes[route];
    if (known === undefined) unknown.push(route);
    const times = asked.get(route) ?? 0;
    asked.set(route, times + 1);
    const answers = known === undefined || "status" in known ? [known] : known;
    const { status, body: reply } = answers[times] ?? answers.at(-1) ?? { status: 501, body: "" };
    response.writeHead(status).end(typeof reply === "string" ? reply : JSON.stringify(reply));
  }

  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The stub has no port.");
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
      if (unknown.length > 0)
        throw new Error(`The stub was asked for what it does not know: ${unknown.join(", ")}`);
    },
  };
}

export function ok(body: unknown): StubAnswer {
  return { status: 200, body };
}

export function refused(status: number, code: string, detail: string): StubAnswer {
  return { status, body: { type: "about:blank", title: code, status, detail, code } };
}

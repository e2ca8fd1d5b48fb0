import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

/** Answers one request; the last of a list answers all that follow. */
export type Answer = (outgoing: ServerResponse, incoming: IncomingMessage) => void;

export interface LoopbackServer extends AsyncDisposable {
  readonly baseUrl: string;
  /** What arrived, in order. */
  readonly requests: { url: string | undefined; authorization: string | undefined; body: unknown }[];
}

/** A model endpoint on a free loopback port that gives the answers in their order. */
export async function startLoopbackServer(...answers: Answer[]): Promise<LoopbackServer> {
  const requests: LoopbackServer["requests"] = [];
  const answerNext = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const body: unknown = JSON.parse(await text(incoming));
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push({ url: incoming.url, authorization: incoming.headers.authorization, body });
    answer?.(outgoing, incoming);
  };
  const server = createServer((incoming, outgoing) => void answerNext(incoming, outgoing));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The test server got no port.");
  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    requests,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Any value as a JSON body. */
export function json(body: unknown): Answer {
  return (outgoing) => {
    outgoing.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
}

/** A failure with an error as model servers write it; the next attempt may follow at once. */
export function failure(status: number, headers: Record<string, string> = { "retry-after-ms": "1" }): Answer {
  return (outgoing) => {
    outgoing
      .writeHead(status, { "content-type": "application/json", ...headers })
      .end(
        JSON.stringify({ error: { message: "SECRET of the server", type: "t", param: null, code: null } }),
      );
  };
}

export const hang: Answer = () => {
  // Keeps the connection open and never answers.
};

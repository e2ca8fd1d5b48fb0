import { once } from "node:events";
import { createServer, type IncomingMessage, request as sendRequest, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";

/** Where a request is held: before it reaches the server, or with its answer on the way back. */
export type Moment = "before-it-is-sent" | "before-it-is-answered";

/** Passes requests on to a server, and holds some of them when told to, for good: whoever sent one has to be ended. */
export interface Relay {
  /** `http://127.0.0.1:…`; paths are the server's. */
  readonly url: string;
  /** Holds every request whose body fits, repetitions too, until it is released. */
  hold(fits: (body: string) => boolean, moment: Moment): Hold;
  close(): Promise<void>;
}

export interface Hold {
  /** Resolves when the first request is held. */
  readonly reached: Promise<void>;
  /** From now on requests pass; what is held stays so. */
  release(): void;
}

interface Rule {
  readonly fits: (body: string) => boolean;
  readonly moment: Moment;
  readonly tell: () => void;
}

/** Starts a relay on a free port of the loopback interface; `target` tells the server's origin once there is traffic. */
export async function startRelay(target: () => string): Promise<Relay> {
  const rules = new Set<Rule>();
  const server = createServer((request, response) => void relay(target(), rules, request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The relay has no port.");
  return {
    url: `http://127.0.0.1:${address.port}`,
    hold(fits, moment) {
      const { promise: reached, resolve: tell } = Promise.withResolvers<void>();
      const rule = { fits, moment, tell };
      rules.add(rule);
      return { reached, release: () => void rules.delete(rule) };
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function relay(
  target: string,
  rules: ReadonlySet<Rule>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  try {
    const body = await buffer(incoming);
    const rule = [...rules].find(({ fits }) => fits(body.toString()));
    if (rule?.moment === "before-it-is-sent") return rule.tell();
    const answer = await passOn(target, incoming, body);
    const text = await buffer(answer);
    if (rule !== undefined) return rule.tell();
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(text);
  } catch {
    // To the sender it is a connection that broke, and it sends again.
    incoming.socket.destroy();
  }
}

async function passOn(
  target: string,
  { method = "GET", headers, url = "/" }: IncomingMessage,
  body: Buffer,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  sendRequest(new URL(url, target), { method, headers }, resolve).once("error", reject).end(body);
  return promise;
}

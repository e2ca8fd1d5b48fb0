import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";

/** Takes a request or says that it is not its own. */
export type Mount = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface LocalServer {
  readonly port: number;
  /** Answers from now on; until then every request gets 503. */
  mount(mounts: readonly Mount[], fetch: (request: Request) => Response | Promise<Response>): void;
  close(): Promise<void>;
}

/** Listens on loopback alone. Other `Host` names are refused, so that no page elsewhere can reach it by rebinding. */
export async function listen(port: number): Promise<LocalServer> {
  let answer = (_request: IncomingMessage, response: ServerResponse): void =>
    refuse(response, 503, "Starting.");
  const server = createServer((request, response) => answer(request, response));
  const address = await startListening(server, port);
  const hosts = new Set([`127.0.0.1:${address}`, `localhost:${address}`]);
  return {
    port: address,
    mount(mounts, fetch) {
      const listener = getRequestListener(fetch, { overrideGlobalObjects: false });
      answer = (request, response) => {
        if (!hosts.has(request.headers.host ?? "")) return refuse(response, 421, "Ask 127.0.0.1.");
        if (mounts.some((mount) => mount(request, response))) return;
        void listener(request, response);
      };
    },
    async close() {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      server.closeAllConnections();
      await promise;
    },
  };
}

async function startListening(server: Server, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, "127.0.0.1", resolve);
  await promise;
  server.off("error", reject);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return address.port;
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}

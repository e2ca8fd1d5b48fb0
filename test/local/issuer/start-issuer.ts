import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLocalJWKSet } from "jose";
import { clientIds } from "../../../local/issuer/clients.ts";
import { createIssuer, type Issuer } from "../../../local/issuer/create-issuer.ts";
import { seededPeople } from "../../../local/issuer/seeded-people.ts";
import { createAccessTokenVerifier } from "../../../shared/adapters/oidc/verify-access-token.ts";

export interface RunningIssuer extends AsyncDisposable {
  readonly issuerUrl: string;
  readonly issuer: Issuer;
  readonly faults: readonly Error[];
  readonly verify: ReturnType<typeof createAccessTokenVerifier>;
}

/** A real issuer on a free loopback port. */
export async function startIssuer(
  dataDirectory: string,
  { now = Date.now, port = 0 }: { now?: () => number; port?: number } = {},
): Promise<RunningIssuer> {
  const server = createServer();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  const issuerUrl = `http://127.0.0.1:${address.port}/oidc`;
  const faults: Error[] = [];
  const reportFault = (fault: Error) => faults.push(fault);
  const issuer = await createIssuer({ issuerUrl, dataDirectory, people: seededPeople, now, reportFault });
  const listener: RequestListener = issuer.handle;
  server.on("request", listener);
  return {
    issuerUrl,
    issuer,
    faults,
    verify: createAccessTokenVerifier({
      issuer: issuerUrl,
      clientIds,
      keys: createLocalJWKSet(issuer.jwks),
      now,
    }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export interface DataDirectory extends AsyncDisposable {
  readonly path: string;
}

export async function makeDataDirectory(): Promise<DataDirectory> {
  const path = await mkdtemp(join(tmpdir(), "countersign-issuer-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

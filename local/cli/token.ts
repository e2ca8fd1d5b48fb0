import { readFile } from "node:fs/promises";
import { serviceClientId } from "../issuer/clients.ts";
import { serviceSecretPath } from "../issuer/issuer-secrets.ts";
import { obtainMachineToken, obtainToken } from "../issuer/obtain-token.ts";
import { CommandFailed } from "./command-failed.ts";
import { choosePerson } from "./people.ts";

/** A bearer token of the local issuer, for a seeded person or for the machine client `service`. */
export async function fetchToken(asked: {
  readonly baseUrl: string;
  readonly person: string;
  /** Where the server keeps the machine client's secret. */
  readonly dataDirectory: string;
}): Promise<string> {
  const issuerUrl = `${asked.baseUrl}/oidc`;
  if (asked.person !== serviceClientId) {
    const person = choosePerson({ option: asked.person, env: undefined });
    return (await obtainToken({ issuerUrl, person })).accessToken;
  }
  const clientSecret = await readServiceSecret(asked.dataDirectory);
  return (await obtainMachineToken({ issuerUrl, clientId: serviceClientId, clientSecret })).accessToken;
}

async function readServiceSecret(dataDirectory: string): Promise<string> {
  const path = serviceSecretPath(dataDirectory);
  try {
    return (await readFile(path, "utf8")).trim();
  } catch {
    throw new CommandFailed(`${path} cannot be read: give the data directory of the server with --data DIR.`);
  }
}

import * as z from "zod/mini";
import { obtainToken } from "../../local/issuer/obtain-token.ts";
import { type Problem, problemSchema } from "../../shared/wire/api.ts";

export interface Asked<View> {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly view: z.ZodMiniType<View>;
}

export type Answer<View> =
  | { readonly outcome: "accepted"; readonly view: View }
  | { readonly outcome: "refused"; readonly problem: Problem };

/** Sends one request to the system at `url` as a seeded person, with a token of that system's issuer. */
export async function sendRequest<View>(
  url: string,
  person: string,
  asked: Asked<View>,
): Promise<Answer<View>> {
  const { accessToken } = await obtainToken({ issuerUrl: `${url}/oidc`, person });
  const { method, path, body, idempotencyKey, view } = asked;
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${accessToken}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const said: unknown = await response.json();
  return response.ok
    ? { outcome: "accepted", view: z.parse(view, said) }
    : { outcome: "refused", problem: z.parse(problemSchema, said) };
}

/** Moves the system's test clock and waits for the sweep that follows. */
export async function advanceClock(url: string, milliseconds: number): Promise<void> {
  const body = JSON.stringify({ advanceMs: milliseconds });
  const response = await fetch(`${url}/test/clock`, { method: "POST", body });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`The clock answered ${response.status}.`);
}

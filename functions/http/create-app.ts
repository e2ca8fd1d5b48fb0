import { Hono } from "hono";
import { CountersignError, InvariantBroken } from "../../shared/domain/errors.ts";
import type { Principal } from "../../shared/domain/principal.ts";
import { type Refused, refuse } from "../../shared/domain/refusal.ts";
import type { Log } from "../../shared/ports/functions.ts";
import { routes } from "../../shared/wiring.ts";
import { type Answered, problemResponse, type Served, toResponse } from "./answer.ts";
import { authorize, challengeOf, type VerifyAccessToken } from "./authenticate.ts";
import type { Params } from "./parse-path.ts";
import { type ReceivedBody, receiveBody } from "./receive-body.ts";

/** What every HTTP function needs beside its own parts. */
export interface HttpParts {
  readonly verifyAccessToken: VerifyAccessToken;
  readonly log: Log;
}

export interface PublicRequest {
  readonly params: Params;
  readonly query: URLSearchParams;
  readonly headers: Headers;
}

/** A request whose caller is known and holds the route's scope. */
export interface SignedInRequest extends PublicRequest {
  readonly principal: Principal;
  readonly body: ReceivedBody;
}

type Handle<Asked> = (request: Asked) => Promise<Answered | Served | Refused>;
type Routes = (typeof routes)[number];
type HttpFunction = Routes["function"];
type NameOf<Route extends Routes> = Route extends Routes ? `${Route["method"]} ${Route["path"]}` : never;

/** Every route of wiring.ts, as `GET /runs/:run`. */
export type RouteName = NameOf<Routes>;

type PublicRoute = Extract<Routes, { scope: "public" }>;
type OpenableRoute = Extract<Routes, { publicBy: string }>;

/** The handlers of a function; one that is missing for a route of wiring.ts does not compile. */
export interface Handlers<Name extends HttpFunction> {
  readonly public: {
    readonly [Route in NameOf<Extract<PublicRoute, { function: Name }>>]: Handle<PublicRequest>;
  };
  readonly signedIn: {
    readonly [
      Route in NameOf<Exclude<Extract<Routes, { function: Name }>, PublicRoute>>
    ]: Handle<SignedInRequest>;
  };
  /** In place of those behind a token, where a setting makes their routes public; without it they stay closed. */
  readonly opened?: {
    readonly [Route in NameOf<Extract<OpenableRoute, { function: Name }>>]: Handle<PublicRequest>;
  };
}

/**
 * One function's part of the API: its routes of wiring.ts, each behind its token and scope, every answer as JSON or as
 * a problem document. What goes wrong unforeseen is a 503 that says nothing of the cause.
 */
export function createApp<Name extends HttpFunction>(
  name: Name,
  parts: HttpParts,
  handlers: Handlers<Name>,
): (request: Request) => Promise<Response> {
  const app = new Hono();
  const open: Partial<Record<string, Handle<PublicRequest>>> = { ...handlers.public, ...handlers.opened };
  const guarded: Partial<Record<string, Handle<SignedInRequest>>> = handlers.signedIn;
  for (const route of routes.filter((candidate) => candidate.function === name)) {
    const routeName = `${route.method} ${route.path}`;
    app.on(route.method, route.path, async (context) => {
      const request = context.req.raw;
      const asked = {
        params: context.req.param(),
        query: new URL(request.url).searchParams,
        headers: request.headers,
      };
      try {
        return route.scope === "public" || open[routeName] !== undefined
          ? await serve(asked, open[routeName])
          : await serveSignedIn(parts, route, request, asked, guarded[routeName]);
      } catch (error) {
        return failed(parts, error);
      }
    });
  }
  app.notFound(() =>
    problemResponse(refuse("not_found", "There is no such route: /openapi.json lists them all.")),
  );
  app.onError((error) => failed(parts, error));
  return async (request) => app.fetch(request);
}

async function serve<Asked>(asked: Asked, handle: Handle<Asked> | undefined): Promise<Response> {
  if (handle === undefined) throw new InvariantBroken("A route of wiring.ts has no handler.");
  return toResponse(await handle(asked));
}

/** 401 before 403 before anything that the request says; an oversized body is not read to its end. */
async function serveSignedIn(
  { verifyAccessToken }: HttpParts,
  { method, scope }: Exclude<Routes, PublicRoute>,
  request: Request,
  asked: PublicRequest,
  handle: Handle<SignedInRequest> | undefined,
): Promise<Response> {
  const caller = await authorize(request.headers.get("authorization"), scope, verifyAccessToken);
  if (caller.outcome === "refused") return problemResponse(caller, challengeOf(caller, scope));
  const body = method === "POST" ? await receiveBody(request) : noBody;
  if (body.outcome === "refused") return problemResponse(body);
  return serve({ ...asked, principal: caller.principal, body }, handle);
}

const noBody: ReceivedBody = { outcome: "read", value: undefined };

/** What became of the request may be unknown (`StoreUnavailable`), so the answer does not claim that nothing happened. */
function failed(parts: HttpParts, error: unknown): Response {
  return problemResponse(refuseFailed(parts, error));
}

/** Logs a failure by its code, and refuses without a word of its cause. */
export function refuseFailed({ log }: Pick<HttpParts, "log">, error: unknown): Refused {
  const code = error instanceof CountersignError ? error.code : "unexpected";
  const isRetryable = error instanceof CountersignError && error.family === "retryable";
  log({ level: isRetryable ? "warning" : "alarm", event: "request-failed", code });
  return refuse(
    "check_failed",
    "The request could not be checked to its end: read again how things stand, then try again.",
  );
}

import { type Refused, refuse } from "../../shared/domain/refusal.ts";
import type { RunId } from "../../shared/domain/ids.ts";
import { InvariantBroken } from "../../shared/domain/errors.ts";
import type { Run } from "../../shared/domain/run.ts";
import { loadDecider } from "../../shared/records/decider-records.ts";
import { loadRunAtLastTurn } from "../../shared/records/run-records.ts";
import { emptyBodySchema, type RunView, startRunBodySchema } from "../../shared/wire/api.ts";
import { accepted, type Answered, answer } from "../http/answer.ts";
import { createApp, type HttpParts, type SignedInRequest } from "../http/create-app.ts";
import { parseRunId, runNotFound } from "../http/parse-path.ts";
import { readBody, readIdempotencyKey } from "../http/read-request.ts";
import { showRun } from "../http/show-run.ts";
import { cancelRun } from "./cancel-run.ts";
import { startRun, type StartRunParts } from "./start-run.ts";

export type ControlRunsParts = HttpParts & StartRunParts;

/** Starting and cancelling runs. */
export function createHandler(parts: ControlRunsParts): (request: Request) => Promise<Response> {
  return createApp("control-runs", parts, {
    public: {},
    signedIn: {
      "POST /agents/:agent/runs": (request) => start(parts, request),
      "POST /runs/:run/cancel": (request) => cancel(parts, request),
    },
  });
}

async function start(parts: ControlRunsParts, request: SignedInRequest): Promise<Answered | Refused> {
  const { principal, params, headers } = request;
  const agent = params["agent"] ?? "";
  if (!parts.agents.has(agent)) return refuse("not_found", "There is no such agent: check its name.");
  const body = readBody(startRunBodySchema, request.body);
  if (body.outcome === "unreadable") return refuse("invalid_input", body.detail);
  const key = readIdempotencyKey(headers);
  if (key.outcome === "unreadable") return refuse("invalid_input", key.detail);
  const started = await startRun(parts, { principal, agent, body: body.value, idempotencyKey: key.value });
  if (started.outcome === "refused") return started;
  const { run, isNew } = started;
  const view = isNew ? await viewNewRun(parts, request, run) : await viewOwnRun(parts, request, run.id);
  return accepted(view, `/runs/${run.id}`);
}

async function cancel(parts: ControlRunsParts, request: SignedInRequest): Promise<Answered | Refused> {
  const runId = parseRunId(request.params);
  if (runId === undefined) return runNotFound(runId);
  const body = readBody(emptyBodySchema, request.body);
  const key = readIdempotencyKey(request.headers);
  const fault = body.outcome === "unreadable" ? body : key.outcome === "unreadable" ? key : undefined;
  if (fault !== undefined) {
    const view = await viewRun(parts, request, runId);
    return view === undefined ? runNotFound(runId) : refuse("invalid_input", fault.detail);
  }
  const cancelled = await cancelRun(parts, { principal: request.principal, runId });
  return cancelled.outcome === "refused" ? cancelled : answer(await viewOwnRun(parts, request, runId));
}

/** As it was stored: nothing is read that its execution may have done meanwhile. */
async function viewNewRun(
  { store, tenant }: ControlRunsParts,
  { principal }: SignedInRequest,
  run: Run,
): Promise<RunView> {
  const { decider } = await loadDecider(store, tenant, principal);
  const view = showRun({ run, steps: [], calls: [], requirements: [], executions: [] }, decider);
  return view ?? throwInvisible(run.id);
}

async function viewRun(
  { store, tenant }: ControlRunsParts,
  { principal }: SignedInRequest,
  id: RunId,
): Promise<RunView | undefined> {
  const { decider } = await loadDecider(store, tenant, principal);
  const state = await loadRunAtLastTurn(store, tenant, id);
  return state === undefined ? undefined : showRun(state, decider);
}

async function viewOwnRun(parts: ControlRunsParts, request: SignedInRequest, id: RunId): Promise<RunView> {
  return (await viewRun(parts, request, id)) ?? throwInvisible(id);
}

function throwInvisible(id: RunId): never {
  throw new InvariantBroken(`Run ${id} is not visible to whoever just acted on it.`);
}

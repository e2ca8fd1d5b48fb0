import type { RunId } from "../../shared/domain/ids.ts";
import { requirementIdSchema, runOfRequirement } from "../../shared/domain/ids.ts";
import { type Refused, refusalStatus, refuse, refuseMachine } from "../../shared/domain/refusal.ts";
import { jsonValueSchema } from "../../shared/domain/json.ts";
import { loadDecider } from "../../shared/records/decider-records.ts";
import { loadRunAtLastTurn } from "../../shared/records/run-records.ts";
import {
  type ContinueBody,
  continueBodySchema,
  type ContinuedView,
  type RunView,
} from "../../shared/wire/api.ts";
import { type Answered, answer } from "../http/answer.ts";
import { refuseFailed, type SignedInRequest } from "../http/create-app.ts";
import { parseRunId, requirementNotFound, runNotFound } from "../http/parse-path.ts";
import { readBody, readChannel, readIdempotencyKey } from "../http/read-request.ts";
import { read } from "../http/readable.ts";
import { showRun } from "../http/show-run.ts";
import type { RecordDecisionsParts } from "./parts.ts";
import { readAnswers, readDecision } from "./read-proposal.ts";
import { recordProposal } from "./record-proposal.ts";

type Entry = ContinueBody["requirements"][number];
type Result = ContinuedView["results"][number];

/** `POST /runs/{run}/continue`: several answers at once, each judged alone; a bad envelope applies nothing. */
export async function continueRun(
  parts: RecordDecisionsParts,
  request: SignedInRequest,
): Promise<Answered | Refused> {
  if (request.principal.kind === "machine") {
    return refuseMachine();
  }
  const runId = parseRunId(request.params);
  const seen = runId === undefined ? undefined : await seeRun(parts, request, runId);
  if (runId === undefined || seen === undefined) return runNotFound(runId);
  const envelope = readEnvelope(request);
  if (envelope.outcome === "unreadable") return refuse("invalid_input", envelope.detail);
  const { waits } = seen;
  // With a key this may be the repeat of a request that has ended the wait: then its votes are known.
  if (!waits && !request.headers.has("idempotency-key")) return notPaused(runId);
  const results: Result[] = [];
  for (const entry of envelope.value.requirements) {
    // One after the other: two entries about one requirement are judged in the order in which they were sent.
    results.push(
      await judgeEntry(parts, request, runId, entry).catch((error: unknown) =>
        toResult(entry.id, refuseFailed(parts, error)),
      ),
    );
  }
  if (!waits && results.every(({ status }) => status !== 200)) return notPaused(runId);
  const { view: run } = (await seeRun(parts, request, runId)) ?? seen;
  return answer({ run, results } satisfies ContinuedView);
}

function readEnvelope({ body, headers }: SignedInRequest) {
  const key = readIdempotencyKey(headers);
  if (key.outcome === "unreadable") return key;
  const channel = readChannel(headers);
  return channel.outcome === "unreadable" ? channel : readBody(continueBodySchema, body);
}

function notPaused(id: RunId): Refused {
  return refuse("run_not_paused", `Run ${id} does not wait for anybody: read it again to see how it stands.`);
}

/** Exactly as the entry's own route would; what is not a requirement of this run is not found in it. */
async function judgeEntry(
  parts: RecordDecisionsParts,
  { principal, headers }: SignedInRequest,
  runId: RunId,
  { id, ...rest }: Entry,
): Promise<Result> {
  const requirementId = requirementIdSchema.safeParse(id).data;
  if (requirementId === undefined || runOfRequirement(requirementId) !== runId) {
    return toResult(id, requirementNotFound(requirementId));
  }
  const body = jsonValueSchema.parse(rest);
  const readProposal = "answers" in rest ? readAnswers : readDecision;
  const proposal = readProposal(read(body), headers);
  const route = "continue";
  const recorded = await recordProposal(parts, { principal, headers, requirementId, proposal, route, body });
  return toResult(id, recorded);
}

function toResult(id: string, recorded: { readonly outcome: "decided" } | Refused): Result {
  if (recorded.outcome === "decided") return { id, status: 200 };
  return { id, status: refusalStatus[recorded.code], code: recorded.code, detail: recorded.detail };
}

/** The run as the caller may see it, and whether it waits for anybody at all. */
async function seeRun(
  { store, tenant }: RecordDecisionsParts,
  { principal }: SignedInRequest,
  id: RunId,
): Promise<{ readonly view: RunView; readonly waits: boolean } | undefined> {
  const { decider } = await loadDecider(store, tenant, principal);
  const state = await loadRunAtLastTurn(store, tenant, id);
  const view = state === undefined ? undefined : showRun(state, decider);
  if (state === undefined || view === undefined) return undefined;
  return { view, waits: state.requirements.some(({ status }) => status === "pending") };
}

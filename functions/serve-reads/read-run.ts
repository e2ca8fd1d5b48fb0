import type { Decider } from "../../shared/domain/decider.ts";
import type { RunId } from "../../shared/domain/ids.ts";
import { type Refused, refuse } from "../../shared/domain/refusal.ts";
import { loadDecider } from "../../shared/records/decider-records.ts";
import { loadRunAtLastTurn } from "../../shared/records/run-records.ts";
import { runQuerySchema, type RunView } from "../../shared/wire/api.ts";
import { type Answered, answer } from "../http/answer.ts";
import type { SignedInRequest } from "../http/create-app.ts";
import { parseRunId, runNotFound } from "../http/parse-path.ts";
import { readQuery } from "../http/read-request.ts";
import { showRun } from "../http/show-run.ts";
import type { ServeReadsParts } from "./parts.ts";

/** `GET /runs/{run}`, with `wait` as a long poll. */
export async function readRun(
  parts: ServeReadsParts,
  { principal, params, query }: SignedInRequest,
): Promise<Answered | Refused> {
  const id = parseRunId(params);
  if (id === undefined) return runNotFound(id);
  const { decider } = await loadDecider(parts.store, parts.tenant, principal);
  const view = await viewRun(parts, id, decider);
  if (view === undefined) return runNotFound(id);
  const asked = readQuery(runQuerySchema, query);
  if (asked.outcome === "unreadable") return refuse("invalid_input", asked.detail);
  const { wait = "0", seen, active } = asked.value;
  const isNews = seen === undefined ? hasJustPaused(view, parts.now()) : view.status !== seen;
  const latest = isNews ? view : await waitForNews(parts, id, decider, view, Number(wait) * 1_000);
  if (latest === undefined) return runNotFound(id);
  const requirements = latest.requirements.filter(({ status }) => active !== "true" || status === "pending");
  return answer({ ...latest, requirements });
}

async function viewRun(
  { store, tenant }: ServeReadsParts,
  id: RunId,
  viewer: Decider,
): Promise<RunView | undefined> {
  const state = await loadRunAtLastTurn(store, tenant, id);
  return state === undefined ? undefined : showRun(state, viewer);
}

/** Hints after which a wait ends in any case, so that neither a chatty run nor a standing clock holds a request. */
const mostHints = 1_000;

/** A hint can be lost between processes, so it is never waited for longer than this. */
const longestHintMilliseconds = 1_000;

/** Reads again after each hint until there is news or the time is over; a run that has ended has none. */
async function waitForNews(
  parts: ServeReadsParts,
  id: RunId,
  viewer: Decider,
  first: RunView,
  milliseconds: number,
): Promise<RunView | undefined> {
  if (milliseconds === 0 || hasEnded(first)) return first;
  const deadline = parts.now() + milliseconds;
  for (let hints = 1; ; hints += 1) {
    const left = deadline - parts.now();
    const isLast = left <= 0 || hints === mostHints;
    // Asked for before reading: what changes in between is hinted at, too.
    const hint = isLast ? undefined : parts.waitForChange(id, Math.min(left, longestHintMilliseconds));
    const view = await viewRun(parts, id, viewer);
    if (hint === undefined || view === undefined || newsOf(view) !== newsOf(first)) return view;
    await hint;
  }
}

/** Who starts a run and waits in the next moment has not seen the pause that came in between. */
const justNowMilliseconds = 1_000;

function hasJustPaused({ status, updatedAt }: RunView, now: number): boolean {
  return status === "paused" && now - Date.parse(updatedAt) < justNowMilliseconds;
}

function hasEnded({ status }: RunView): boolean {
  return status !== "running" && status !== "paused";
}

/** The status; and while people are waited for, also what they have decided so far, since nothing else moves then. */
function newsOf({ status, requirements }: RunView): string {
  if (status !== "paused") return status;
  const waits = requirements.filter((requirement) => requirement.status === "pending");
  return JSON.stringify([status, waits.map(({ id, version, stages }) => [id, version, stages])]);
}

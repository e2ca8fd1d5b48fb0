import { type Refused, refuse } from "../../shared/domain/refusal.ts";
import { runIdSchema } from "../../shared/domain/ids.ts";
import { type Run, runSchema } from "../../shared/domain/run.ts";
import { loadDecider } from "../../shared/records/decider-records.ts";
import { lists, runKey } from "../../shared/records/keys.ts";
import { parseItem } from "../../shared/records/loaded.ts";
import { loadRunAtLastTurn } from "../../shared/records/run-records.ts";
import { runsQuerySchema, type RunView } from "../../shared/wire/api.ts";
import { type Answered, answer } from "../http/answer.ts";
import type { SignedInRequest } from "../http/create-app.ts";
import { limitOf, readQuery } from "../http/read-request.ts";
import { showRun } from "../http/show-run.ts";
import { collectPage } from "./collect-page.ts";
import { readCursor } from "./cursor.ts";
import type { ServeReadsParts } from "./parts.ts";

const runPosition = /^[0-9]{15}#run_[0-9a-z]{26}$/;

/** `GET /runs`: one's own, or all of them for auditors and admins; newest first. */
export async function listRuns(
  parts: ServeReadsParts,
  { principal, query }: SignedInRequest,
): Promise<Answered | Refused> {
  const asked = readQuery(runsQuerySchema, query);
  if (asked.outcome === "unreadable") return refuse("invalid_input", asked.detail);
  const after = readCursor(asked.value.cursor, runPosition);
  if (after.outcome === "unreadable") return refuse("invalid_input", after.detail);
  const { store, tenant } = parts;
  const { decider } = await loadDecider(store, tenant, principal);
  const seesAll = decider.kind === "person" && (decider.isAuditor || decider.isAdmin);
  const partition = seesAll ? lists.runs(tenant) : lists.runsOf(tenant, decider.subject);
  const { status, agent, requester } = asked.value;
  const isWanted = (run: Run) =>
    (agent === undefined || run.agent === agent) &&
    (requester === undefined || run.requester.subject === requester) &&
    // Whether a running run is paused takes more than the run itself.
    (status === undefined || run.status === (status === "paused" ? "running" : status));
  const show = async (run: Run | undefined): Promise<RunView | undefined> => {
    const state =
      run !== undefined && isWanted(run) ? await loadRunAtLastTurn(store, tenant, run.id) : undefined;
    const view = state === undefined ? undefined : showRun(state, decider);
    return status === undefined || view?.status === status ? view : undefined;
  };
  const page = { limit: limitOf(asked.value), after: after.value };
  return answer(
    await collectPage(store, { table: "work", partitions: [partition] }, page, async (ids) =>
      Promise.all((await loadRuns(parts, ids)).map(show)),
    ),
  );
}

async function loadRuns(
  { store, tenant }: ServeReadsParts,
  ids: readonly string[],
): Promise<readonly (Run | undefined)[]> {
  if (ids.length === 0) return [];
  const items = await store.get(ids.map((id) => runKey(tenant, runIdSchema.parse(id))));
  return items.map((item) => (item === undefined ? undefined : parseItem(item, runSchema).value));
}

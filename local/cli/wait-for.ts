import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, type ApiClient } from "./api-client.ts";
import {
  type RequirementView,
  requirementViewSchema,
  type RunView,
  runViewSchema,
} from "../../shared/wire/api.ts";

const firstPauseMs = 50;
const longestPauseMs = 1_000;
/** The API's longest `?wait=`. */
const longestWaitSeconds = 20;

/**
 * Reads a requirement until its call is as `isEnough` says or `patienceMs` are over, and returns the last answer.
 *
 * It asks about the requirement, not the run: members of a pool do not see the run.
 */
export async function waitForExecution(
  api: ApiClient,
  id: string,
  patienceMs: number,
  isEnough: (execution: RequirementView["execution"]) => boolean,
): Promise<Answer<RequirementView>> {
  const deadline = performance.now() + patienceMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const answer = await api.get(`/requirements/${id}`, requirementViewSchema);
    if (isEnough(answer.value.execution) || performance.now() + pauseMs > deadline) return answer;
    await sleep(pauseMs);
  }
}

/** Reads a run until `isEnough` says so or `patienceMs` are over, and returns the last answer. */
export async function waitForRun(
  api: ApiClient,
  id: string,
  patienceMs: number,
  isEnough: (run: RunView) => boolean,
): Promise<Answer<RunView>> {
  const deadline = performance.now() + patienceMs;
  let answer = await api.get(`/runs/${id}`, runViewSchema);
  while (!isEnough(answer.value)) {
    const left = Math.ceil((deadline - performance.now()) / 1_000);
    if (left <= 0) break;
    const wait = Math.min(left, longestWaitSeconds);
    answer = await api.get(`/runs/${id}?wait=${wait}&seen=${answer.value.status}`, runViewSchema);
    // A server that answers at once without news is not asked in a tight loop.
    if (!isEnough(answer.value)) await sleep(firstPauseMs);
  }
  return answer;
}

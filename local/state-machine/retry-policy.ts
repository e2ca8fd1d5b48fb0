import type { Catcher, Retrier } from "./definition.ts";
import { matchesError, type StateFailure } from "./failure.ts";

/** What a state with Retry and Catch does about a failure. */
export type Reaction =
  | { readonly kind: "retry"; readonly delayMs: number; readonly retriesByRetrier: readonly number[] }
  | { readonly kind: "catch"; readonly catcher: Catcher; readonly place: number }
  | { readonly kind: "fail" };

/**
 * The first Retrier that names the error decides alone: when its attempts are used up, later Retriers are not asked
 * (States language, "Complex retry scenarios"). `random` gives 0 <= n < 1, for `JitterStrategy: FULL`.
 */
export function decideReaction(
  guarded: { readonly retry: readonly Retrier[]; readonly catch: readonly Catcher[] },
  retriesByRetrier: readonly number[],
  failure: StateFailure,
  random: () => number,
): Reaction {
  const retrierIndex = guarded.retry.findIndex((retrier) => matchesError(retrier.errorEquals, failure));
  const retrier = guarded.retry[retrierIndex];
  const retriesSoFar = retriesByRetrier[retrierIndex] ?? 0;
  if (retrier !== undefined && retriesSoFar < retrier.maxAttempts) {
    return {
      kind: "retry",
      delayMs: computeDelay(retrier, retriesSoFar, random),
      retriesByRetrier: guarded.retry.map(
        (_, index) => (retriesByRetrier[index] ?? 0) + (index === retrierIndex ? 1 : 0),
      ),
    };
  }
  const place = guarded.catch.findIndex((catcher) => matchesError(catcher.errorEquals, failure));
  const catcher = guarded.catch[place];
  return catcher === undefined ? { kind: "fail" } : { kind: "catch", catcher, place };
}

function computeDelay(retrier: Retrier, retriesSoFar: number, random: () => number): number {
  const grown = retrier.intervalSeconds * retrier.backoffRate ** retriesSoFar;
  const seconds = Math.min(grown, retrier.maxDelaySeconds ?? Number.MAX_SAFE_INTEGER / 1000);
  return Math.round(seconds * 1000 * (retrier.jitter === "FULL" ? random() : 1));
}

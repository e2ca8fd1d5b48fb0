import type { Report } from "./family.ts";
import type { HitWindow } from "./hit-window.ts";
import { WordClass as W } from "./word-class.ts";

/** "Ignore all previous instructions" and its kin, around one hit of any class. */
export function reportOverride(window: HitWindow, at: number, report: Report): void {
  if (window.is(at, W.ignore)) reportIgnoring(window, at, report);
  if (window.is(at, W.follow)) reportNotFollowing(window, at, report);
  if (window.is(at, W.fresh) && window.is(at, W.instruction)) reportNewTask(window, at, report);
}

function reportIgnoring(window: HitWindow, at: number, report: Report): void {
  // "Don't ignore", "never forget".
  const negation = window.findBefore(at, W.negate, 2);
  if (negation >= 0 && !window.is(negation, W.ignore)) return;
  const object = window.find(at, W.instruction, 5, 7);
  const alone = object >= 0 ? weighObject(window, at, object) : weighWithoutObject(window, at);
  // "Override", "skip" and "erase" are words of work as well.
  const isWork = window.is(at, W.act) && !window.has(at, W.yours | W.inner | W.model, 2, 7);
  // "The previous answer".
  const prior = window.findAfter(at, W.prior, 4);
  const isOfAnswer = object < 0 && prior >= 0 && window.findAfter(prior, W.response, 1) >= 0;
  const weight = alone * weighSubject(window, at) * (isWork ? 0.5 : 1) * (isOfAnswer ? 0.5 : 1);
  if (weight === 0) return;
  const { start, end } = spanOf(
    window,
    at,
    object >= 0 ? object : window.find(at, W.prior | W.all | W.limit, 3, 5),
  );
  report("ignore", { family: "override", weight, start, end });
}

/** Instructions said to be earlier ones, all of them or the model's own. */
function weighObject(window: HitWindow, at: number, object: number): number {
  const isPrior = window.is(object, W.prior) || window.has(at, W.prior, 6, 9);
  const isAll = window.has(at, W.all, 2, 6);
  const isYours = window.has(at, W.yours | W.inner | W.authority, 2, 7);
  const goesOn = window.has(object, W.fresh, 0, 6);
  const weight = isPrior ? 0.92 : isAll && isYours ? 0.85 : isAll || isYours ? 0.62 : goesOn ? 0.5 : 0.25;
  // Orders, tasks and messages are things of everyday life too.
  return window.is(object, W.asset) ? weight * 0.75 : weight;
}

function weighWithoutObject(window: HitWindow, at: number): number {
  const isPrior = window.has(at, W.prior, 3, 5);
  const isAll = window.has(at, W.all, 2, 3);
  const goesOn = window.has(at, W.fresh | W.reveal | W.role, 0, 10);
  if (window.has(at, W.limit, 4, 7)) {
    const isOwn = window.has(at, W.yours | W.model | W.authority | W.inner, 2, 7);
    return isPrior ? 0.85 : isOwn ? 0.65 : isAll && goesOn ? 0.5 : 0.15;
  }
  if (isPrior && isAll) return 0.8;
  if (isPrior) return goesOn ? 0.6 : 0.4;
  return isAll ? (goesOn ? 0.5 : 0.3) : 0;
}

/** Somebody else does the ignoring: "can I ignore", "how to ignore", "the child forgets". */
function weighSubject(window: HitWindow, at: number): number {
  if (window.has(at, W.mine, 0, 4)) return 0.45;
  if (window.findBefore(at, W.other, 3) < 0) return 1;
  return window.findBefore(at, W.yours | W.please, 4) < 0 ? 0.4 : 1;
}

/** "Do not follow the above instructions", "you are no longer bound by your guidelines". */
function reportNotFollowing(window: HitWindow, at: number, report: Report): void {
  const negation = window.findBefore(at, W.negate, 4);
  if (negation < 0) return;
  const object = window.find(at, W.instruction | W.limit, 2, 7);
  if (object < 0) return;
  const isOwn = window.has(object, W.prior | W.yours | W.model | W.inner | W.authority | W.all, 5, 2);
  const others = window.findBefore(negation, W.other, 2) >= 0;
  const weight = (isOwn ? 0.62 : 0.3) * (others ? 0.8 : 1);
  const { start, end } = spanOf(window, negation, object);
  report("not-following", { family: "override", weight, start, end });
}

/** "Now new instructions follow", "your new task is". */
function reportNewTask(window: HitWindow, at: number, report: Report): void {
  const isAnnounced = window.has(at, W.fresh | W.follow | W.yours | W.urgent | W.please, 4, 8);
  const { start, end } = spanOf(window, at, at);
  // "Create a new task" is work.
  const isMade = window.findBefore(at, W.act, 3) >= 0;
  report("new-task", { family: "override", weight: isMade ? 0.1 : isAnnounced ? 0.5 : 0.25, start, end });
}

/** From the first to the last of two hits, in either order. */
export function spanOf(window: HitWindow, one: number, other: number): { start: number; end: number } {
  const first = window.hits[other < 0 ? one : Math.min(one, other)];
  const last = window.hits[Math.max(one, other)];
  return { start: first?.start ?? 0, end: Math.max(first?.end ?? 0, last?.end ?? 0) };
}

import type { Report } from "./family.ts";
import type { HitWindow } from "./hit-window.ts";
import { spanOf } from "./override-rules.ts";
import { WordClass as W } from "./word-class.ts";

/** Jailbreaks: a part to play that knows no rules. The weights of different rules add up. */
export function reportPersona(window: HitWindow, at: number, report: Report): void {
  if (window.is(at, W.persona)) reportKnownName(window, at, report);
  if (window.is(at, W.role)) reportRole(window, at, report);
  if (window.is(at, W.unlimited)) reportUnlimited(window, at, report);
  if (window.is(at, W.negate)) reportNegated(window, at, report);
  if (window.is(at, W.onwards)) reportOnwards(window, at, report);
  if (window.is(at, W.two)) reportTwoAnswers(window, at, report);
}

function reportKnownName(window: HitWindow, at: number, report: Report): void {
  const isPlayed = window.has(at, W.role | W.unlimited | W.model | W.onwards | W.ignore | W.harm, 25, 25);
  report("known-name", { family: "persona", weight: isPlayed ? 0.75 : 0.25, ...spanOf(window, at, at) });
}

function reportRole(window: HitWindow, at: number, report: Report): void {
  const unlimited = window.find(at, W.unlimited, 15, 60);
  if (unlimited >= 0) {
    const isAddressed = window.has(at, W.yours | W.model, 6, 25);
    const weight = isAddressed ? 0.6 : 0.25;
    report("role-unlimited", { family: "persona", weight, ...spanOf(window, at, unlimited) });
  }
  if (window.is(at, W.refuse))
    report("in-character", { family: "persona", weight: 0.45, ...spanOf(window, at, at) });
  const isModel = window.has(at, W.model, 12, 25);
  if (isModel) report("role-model", { family: "persona", weight: 0.2, ...spanOf(window, at, at) });
  if (window.is(at, W.negate)) {
    report("no-longer", { family: "persona", weight: isModel ? 0.5 : 0.3, ...spanOf(window, at, at) });
  }
  const harms = window.count(at, W.harm, 15, 60, 4);
  if (harms >= 2) {
    report("role-harm", { family: "persona", weight: harms >= 4 ? 0.4 : 0.25, ...spanOf(window, at, at) });
  }
}

function reportUnlimited(window: HitWindow, at: number, report: Report): void {
  const isModel = window.has(at, W.model, 20, 20);
  const isYours = window.has(at, W.yours | W.response, 6, 6);
  const isMany = window.count(at, W.unlimited | W.harm, 6, 6, 2) >= 2;
  const weight = (isModel ? 0.35 : isYours ? 0.25 : 0.1) + (isMany ? 0.2 : 0);
  report("unlimited", { family: "persona", weight, ...spanOf(window, at, at) });
}

/** "Without any restrictions", "never refuse", "do not say 'as an AI'". */
function reportNegated(window: HitWindow, at: number, report: Report): void {
  const limit = window.findAfter(at, W.limit, 5);
  if (limit >= 0) {
    const isRole = window.has(at, W.role, 60, 20) && window.has(at, W.yours | W.model, 25, 25);
    const isModel = window.has(at, W.model | W.persona | W.authority, 20, 20);
    const isYours = window.has(at, W.yours, 6, 3);
    const weight =
      isRole && isModel ? 0.55 : isModel ? (isYours ? 0.52 : 0.45) : isRole ? 0.4 : isYours ? 0.2 : 0.05;
    report("no-limits", { family: "persona", weight, ...spanOf(window, at, limit) });
  }
  const refuse = window.findAfter(at, W.refuse, 5);
  if (refuse >= 0) {
    const isModel =
      window.has(at, W.model, 20, 20) || (window.has(at, W.role, 20, 20) && window.has(at, W.yours, 20, 20));
    const isYours = window.has(at, W.yours | W.response, 8, 8);
    report("no-refusing", {
      family: "persona",
      weight: isModel ? 0.4 : isYours ? 0.25 : 0.1,
      ...spanOf(window, at, refuse),
    });
  }
}

function reportOnwards(window: HitWindow, at: number, report: Report): void {
  const isRole = window.has(at, W.role, 3, 12);
  const isModel = window.has(at, W.model, 6, 12);
  const isYours = window.has(at, W.yours | W.response, 2, 8);
  const weight = isRole ? 0.4 : isYours ? 0.3 : 0;
  report("onwards", { family: "persona", weight: weight + (isModel ? 0.15 : 0), ...spanOf(window, at, at) });
}

function reportTwoAnswers(window: HitWindow, at: number, report: Report): void {
  const response = window.findAfter(at, W.response, 4);
  if (response < 0) return;
  const isOfModel = window.has(at, W.model | W.onwards | W.role | W.persona, 30, 30);
  report("two-answers", {
    family: "persona",
    weight: isOfModel ? 0.4 : 0.1,
    ...spanOf(window, at, response),
  });
}

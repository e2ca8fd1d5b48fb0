import type { Report } from "./family.ts";
import type { HitWindow } from "./hit-window.ts";
import { spanOf } from "./override-rules.ts";
import { WordClass as W } from "./word-class.ts";

/** Urgency before an order, and claims to be somebody whose word counts. Light alone: it tips what others found. */
export function reportPressure(window: HitWindow, at: number, report: Report): void {
  if (
    window.is(at, W.urgent) &&
    window.hits[at]?.capitals === true &&
    window.has(at, W.ignore | W.act | W.follow | W.authority, 3, 6)
  ) {
    report("urgency", { family: "pressure", weight: 0.2, ...spanOf(window, at, at) });
  }
  if (
    window.is(at, W.authority) &&
    window.has(at, W.yours, 2, 3) &&
    window.has(at, W.ignore | W.instruction | W.persona | W.limit | W.reveal, 12, 12)
  ) {
    report("authority", { family: "pressure", weight: 0.25, ...spanOf(window, at, at) });
  }
}

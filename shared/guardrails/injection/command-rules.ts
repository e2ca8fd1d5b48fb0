import type { Report } from "./family.ts";
import type { HitWindow } from "./hit-window.ts";
import { spanOf } from "./override-rules.ts";
import { WordClass as W } from "./word-class.ts";

/**
 * Orders to an agent in what a tool read: data tells of things, it does not ask for payments or for mail to be sent.
 * `inRecord`: the text is a record of fields, where even a polite request is out of place.
 */
export function reportCommand(window: HitWindow, at: number, inRecord: boolean, report: Report): void {
  if (window.is(at, W.act)) reportRequest(window, at, inRecord, report);
  if (window.is(at, W.response)) reportAnswerOrder(window, at, report);
  if (window.is(at, W.model)) reportAddress(window, at, report);
}

function reportRequest(window: HitWindow, at: number, inRecord: boolean, report: Report): void {
  const opens = window.hits[at]?.opens === true;
  const mine = window.has(at, W.mine, 0, 10);
  const asset = window.findAfter(at, W.asset, 12);
  const outward = window.is(at, W.send) ? at : window.findAfter(at, W.send, 25);
  const recipient = outward < 0 ? -1 : window.findAfter(outward, W.recipient, 20);
  // "Please" stands farther from its verb where the verb comes last.
  const please = window.findBefore(
    at,
    W.please,
    recipient >= 0 && outward === at && !window.is(at, W.asset) ? 7 : 2,
  );
  const isAsked = please >= 0 && !window.is(please, W.act);
  if (!opens && !isAsked) return;
  const isFetched = outward > at && window.is(at, W.fetch | W.act);
  // "Send us an e-mail": people write that to people.
  const toWriter =
    outward >= 0 &&
    window.hits[outward + 1]?.classes === W.other &&
    window.distance(outward, outward + 1) === 1;
  const toldModel = window.findBefore(at, W.model, 2) >= 0;
  const asked = isAsked ? (inRecord ? 0.38 : 0.2) : inRecord ? 0.18 : 0.05;
  // Manuals are full of orders and addresses; one of them alone says little there.
  const sent = recipient < 0 ? 0 : inRecord || mine || toldModel ? 0.3 : isAsked ? 0.25 : 0.15;
  const weight =
    asked +
    (mine ? 0.22 : 0) +
    (asset >= 0 ? 0.15 : 0) +
    sent +
    (isFetched ? 0.12 : 0) +
    (toldModel ? 0.2 : 0);
  report("request", {
    family: "command",
    weight: Math.min(0.9, toWriter ? weight * 0.6 : weight),
    ...spanOf(window, please >= 0 && isAsked ? please : at, Math.max(at, recipient, asset)),
  });
}

/** "Add this to your answer." */
function reportAnswerOrder(window: HitWindow, at: number, report: Report): void {
  if (!window.has(at, W.yours, 2, 0)) return;
  const isOrdered = window.has(at, W.please | W.urgent | W.act | W.reveal | W.fresh | W.onwards, 8, 4);
  report("your-answer", { family: "address", weight: isOrdered ? 0.5 : 0.2, ...spanOf(window, at, at) });
}

/** Data that speaks to the assistant which reads it. */
function reportAddress(window: HitWindow, at: number, report: Report): void {
  if (!window.has(at, W.act | W.please | W.urgent | W.negate | W.yours, 6, 8)) return;
  const isOrdered = window.has(at, W.urgent | W.please, 3, 5);
  report("to-the-model", {
    family: "address",
    weight: isOrdered ? (window.has(at, W.recipient, 0, 15) ? 0.5 : 0.35) : 0.2,
    ...spanOf(window, at, at),
  });
}

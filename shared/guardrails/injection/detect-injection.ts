import type { Finding } from "../finding.ts";
import type { NormalizedText } from "../normalize/normalize.ts";
import type { TextView } from "../normalize/text-view.ts";
import { discountQuoted } from "./context-discount.ts";
import type { Family, Signal } from "./family.ts";
import { gatherSignals } from "./gather-signals.ts";
import { HitWindow } from "./hit-window.ts";
import { readWords } from "./read-words.ts";

/** From this score on a consequential call that the text led to goes up a tier. */
export const RAISE_SCORE = 0.5;

/** From this score on the text is kept from the model. */
export const BLOCK_SCORE = 0.85;

const VERSION = "1";

/** Signals below this weight count in the score and are not worth a finding. */
const WORTH_A_FINDING = 0.3;

/** Where a text comes from: a person who may give orders, or a tool, whose results are data. */
export type Surface = "user" | "tool";

export interface Injection {
  /** 0 to 1. */
  readonly score: number;
  /** `prompt-injection`; the detector is `injection.` and the family. In the order of the text. */
  readonly findings: readonly Finding[];
}

/**
 * How much a text looks like an attack on the model that reads it. The rules read classes of words in a dozen and a half
 * languages, nearness and order; the main text, what is hidden in it and what it holds encoded are read alike. Linear in
 * the text's length. Without `surface` a text that is a record of fields counts as a tool's.
 */
export function detectInjection(normalized: NormalizedText, surface?: Surface): Injection {
  const inRecord = isRecord(normalized.main.text);
  const isData = surface === "tool" || (surface === undefined && inRecord);
  const kept = scoreView(normalized.main, isData, inRecord);
  let score = kept.score;
  const findings = kept.findings;
  for (const view of normalized.others) {
    const other = scoreView(view, isData || view.origin === "hidden", false);
    const hiding = weighHiding(view, other.score);
    score = either(score, other.score, hiding);
    findings.push(...other.findings);
    if (hiding >= WORTH_A_FINDING)
      findings.push(describe(view, { family: "hidden", weight: hiding, start: 0, end: 1 }));
  }
  score = either(score, weighInvisible(normalized.findings));
  return { score, findings: findings.toSorted((a, b) => a.start - b.start || a.end - b.end) };
}

interface ViewScore {
  readonly score: number;
  readonly findings: Finding[];
}

function scoreView(view: TextView, isData: boolean, inRecord: boolean): ViewScore {
  const hits = readWords(view.text);
  const gathered = gatherSignals(view.text, new HitWindow(hits), { isData, inRecord });
  // Every text of a record stands in quotation marks.
  const signals = inRecord ? gathered : discountQuoted(view.text, hits, gathered);
  const best = new Map<Family, Signal>();
  for (const signal of signals) {
    if (signal.weight > (best.get(signal.family)?.weight ?? 0)) best.set(signal.family, signal);
  }
  const worthy = [...best.values()].filter(({ weight }) => weight >= WORTH_A_FINDING);
  return {
    score: either(...signals.map(({ weight }) => weight)),
    findings: worthy.map((signal) => describe(view, signal)),
  };
}

/** Hidden words are suspect whatever they say; encoded ones if they are an attack in the slightest. */
function weighHiding(view: TextView, score: number): number {
  if (view.origin === "hidden") return view.text.length >= 8 ? 0.6 : 0.3;
  return score >= 0.3 ? 0.3 : 0;
}

function weighInvisible(findings: readonly Finding[]): number {
  const surest = findings.reduce((most, { confidence }) => Math.max(most, confidence), 0);
  return surest >= 0.9 ? 0.3 : surest >= 0.6 ? 0.1 : 0;
}

/** The chance that at least one of independent signals is right. */
function either(...weights: readonly number[]): number {
  return 1 - weights.reduce((none, weight) => none * (1 - weight), 1);
}

function describe(view: TextView, { family, weight, start, end }: Signal): Finding {
  return {
    kind: "prompt-injection",
    ...view.locate(start, end),
    confidence: weight,
    detector: `injection.${family}`,
    version: VERSION,
  };
}

const RECORD_START = /^[\s"'`]{0,4}[[{]/u;
const FIELD = /["'][\w .-]{1,40}["']\s{0,2}:/u;

/** JSON, or what Python prints of a dictionary. */
function isRecord(text: string): boolean {
  return RECORD_START.test(text.slice(0, 16)) && FIELD.test(text.slice(0, 400));
}

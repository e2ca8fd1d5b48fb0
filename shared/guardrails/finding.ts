/** What personal data, secrets and attacks are called; the words are part of stored findings, so none is ever renamed. */
export const findingKinds = [
  "email",
  "phone",
  "credit-card",
  "iban",
  "us-ssn",
  "ip-address",
  "mac-address",
  "url",
  "crypto-address",
  "bank-account",
  "passport",
  "driving-licence",
  "id-number",
  "secret",
  "invisible-text",
  "prompt-injection",
  "exfiltration",
] as const;

export type FindingKind = (typeof findingKinds)[number];

/** What one detector says about one part of a text. */
export interface Finding {
  readonly kind: FindingKind;
  /** UTF-16 offset in the original text. */
  readonly start: number;
  /** UTF-16 offset in the original text, exclusive. */
  readonly end: number;
  /** 0 to 1: how sure the detector is, comparable between detectors. */
  readonly confidence: number;
  readonly detector: string;
  /** Of the detector's rules; it grows whenever the same text may get another finding. */
  readonly version: string;
}

/** The kind as placeholders and the command line write it: `credit-card` is `CREDIT_CARD`. */
export function labelKind(kind: FindingKind): string {
  return kind.toUpperCase().replaceAll("-", "_");
}

/**
 * Keeps of findings that overlap the longest, and of equally long ones the most confident; the result is in the order of
 * the text.
 */
export function resolveOverlaps(findings: readonly Finding[]): Finding[] {
  if (findings.length < 2) return [...findings];
  const best = findings.toSorted(
    (a, b) => b.end - b.start - (a.end - a.start) || b.confidence - a.confidence || a.start - b.start,
  );
  const taken = new Uint8Array(findings.reduce((length, { end }) => Math.max(length, end), 0));
  const kept = best.filter(({ start, end }) => {
    // The longest came first, so a span that overlaps another begins or ends inside it.
    if (taken[start] === 1 || taken[end - 1] === 1) return false;
    taken.fill(1, start, end);
    return true;
  });
  return kept.toSorted((a, b) => a.start - b.start);
}

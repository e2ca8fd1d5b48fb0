import type { Finding } from "../finding.ts";
import type { NormalizedText } from "../normalize/normalize.ts";
import type { Span } from "../normalize/text-view.ts";
import { judgeUrl } from "./judge-url.ts";
import { PrivateValues } from "./private-values.ts";
import { type FoundUrl, readUrls } from "./read-urls.ts";

const VERSION = "1";
/** A URL below this is one of the many that every text has. */
const WORTH_A_FINDING = 0.3;
const PRIVATE_CONFIDENCE = 0.97;
/** Shorter decoded texts may have come about by chance. */
const SHORTEST_TEXT = 8;
const MOST_URLS = 2_000;

export interface ExfiltrationContext {
  /** Values that were labelled private; one of them in a URL is a finding whatever the host is. */
  readonly privateValues?: readonly string[];
  /** Hosts that data may go to, without port: the host itself and all below it. */
  readonly ownHosts?: readonly string[];
}

/**
 * URLs by which a text could carry data away when it is shown or followed: images and links to outside hosts, `data:` and
 * `javascript:`, hosts that are not what they seem, queries that carry much, and private values. Findings are
 * `exfiltration`, each a whole URL, in the order of the text.
 */
export function detectExfiltration(
  normalized: NormalizedText,
  context: ExfiltrationContext = {},
): readonly Finding[] {
  const urls = readUrls(normalized.main.text, MOST_URLS);
  if (urls.length === 0) return [];
  const privateValues = new PrivateValues(context.privateValues ?? []);
  const ownHosts = context.ownHosts ?? [];
  // Percent escapes are how URLs are written; they hide nothing.
  const encoded = normalized.others
    .filter(({ origin, text }) => origin === "encoded" && text.length >= SHORTEST_TEXT)
    .map((view) => view.locate(0, 1))
    .filter(({ start, end }) => !normalized.original.slice(start, end).includes("%"));
  const findings: Finding[] = [];
  for (const url of urls) {
    const span = normalized.main.locate(url.start, url.end);
    if (privateValues.isIn(url.text)) {
      findings.push(describe(span, PRIVATE_CONFIDENCE, "exfiltration.private-value"));
      continue;
    }
    const isDisguised = hasForeignLetters(normalized.original.slice(span.start, span.end), url);
    const confidence = Math.max(
      judgeUrl(url, { isOwn: isOwnHost(url.host, ownHosts), carriesText: holdsOne(span, encoded) }),
      isDisguised ? 0.6 : 0,
    );
    if (confidence >= WORTH_A_FINDING) findings.push(describe(span, confidence, `exfiltration.${url.place}`));
  }
  return findings;
}

function holdsOne({ start, end }: Span, spans: readonly Span[]): boolean {
  return spans.some((span) => span.start >= start && span.end <= end);
}

/** The host was written with look-alikes or with invisible characters: normalising changed it. */
function hasForeignLetters(written: string, url: FoundUrl): boolean {
  return url.host !== "" && !written.toLowerCase().includes(url.host);
}

function isOwnHost(host: string, ownHosts: readonly string[]): boolean {
  return ownHosts.some((own) => host === own.toLowerCase() || host.endsWith(`.${own.toLowerCase()}`));
}

function describe(span: Span, confidence: number, detector: string): Finding {
  return { kind: "exfiltration", start: span.start, end: span.end, confidence, detector, version: VERSION };
}

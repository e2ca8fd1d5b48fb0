import { type Finding, resolveOverlaps } from "./finding.ts";
import type { NormalizedText } from "./normalize/normalize.ts";
import { findPii } from "./pii/find-pii.ts";
import { findSecrets } from "./secrets/find-secrets.ts";

/** Personal data and secrets, in offsets of the original; also what a text hides or encodes. */
export function findPrivateData(text: NormalizedText): Finding[] {
  return findInViews(text, (view) => [...findSecrets(view), ...findPii(view)]);
}

/** Secrets alone, in offsets of the original; also what a text hides or encodes. */
export function findHiddenSecrets(text: NormalizedText): Finding[] {
  return findInViews(text, findSecrets);
}

function findInViews(
  { main, others }: NormalizedText,
  find: (text: string) => readonly Finding[],
): Finding[] {
  const views = [main, ...others];
  return resolveOverlaps(
    views.flatMap((view) =>
      find(view.text).map((finding) => ({ ...finding, ...view.locate(finding.start, finding.end) })),
    ),
  );
}

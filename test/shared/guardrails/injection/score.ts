import { detectInjection, type Surface } from "../../../../shared/guardrails/injection/detect-injection.ts";
import { normalize } from "../../../../shared/guardrails/normalize/normalize.ts";

/** The score, and the family and the text of each finding, as in `override: ignore the above`. */
export function judge(text: string, surface?: Surface): { score: number; found: string[] } {
  const { score, findings } = detectInjection(normalize(text), surface);
  return {
    score,
    found: findings.map(
      ({ detector, start, end }) => `${detector.replace("injection.", "")}: ${text.slice(start, end)}`,
    ),
  };
}

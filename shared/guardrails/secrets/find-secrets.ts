import { type Detector, runDetectors } from "../detector.ts";
import { type Finding, resolveOverlaps } from "../finding.ts";
import { assignedSecretDetector } from "./assigned-secrets.ts";
import { connectionStringDetector } from "./connection-strings.ts";
import { jsonWebTokenDetector } from "./json-web-tokens.ts";
import { privateKeyDetector } from "./private-keys.ts";
import { providerTokenDetector } from "./provider-tokens.ts";

const detectors: readonly Detector<string>[] = [
  privateKeyDetector,
  jsonWebTokenDetector,
  providerTokenDetector,
  connectionStringDetector,
  assignedSecretDetector,
];

/**
 * Finds credentials: by the prefix that a provider gives its tokens, by the form of keys and tokens, and by the names that
 * values are assigned to. Takes time linear in the text's length.
 */
export function findSecrets(text: string): Finding[] {
  return resolveOverlaps(runDetectors(detectors, text));
}

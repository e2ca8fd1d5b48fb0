import type { Detector } from "../detector.ts";
import type { PiiText } from "./pii-text.ts";

/** IBANs with right check digits (ISO 13616), together or in groups. */
export const ibanDetector: Detector<PiiText> = {
  name: "iban",
  version: "1",
  find: ({ ibanShapes }) =>
    ibanShapes
      .filter(({ valid }) => valid)
      .map(({ start, end }) => ({ kind: "iban", start, end, confidence: 0.98 })),
};

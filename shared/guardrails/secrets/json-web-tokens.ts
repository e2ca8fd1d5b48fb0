import type { Detector } from "../detector.ts";

/** Header and payload are JSON objects in base64url, so both begin with `eyJ`; an encrypted token's second part does not. */
const token = /(?<![\w-])eyJ[\w-]{8,2000}\.[\w-]{8,8000}(?:\.[\w-]{0,4000}){1,3}/g;

/** JSON Web Tokens, signed (RFC 7515) or encrypted (RFC 7516). */
export const jsonWebTokenDetector: Detector<string> = {
  name: "json-web-token",
  version: "1",
  find: (text) =>
    text.includes("eyJ")
      ? Array.from(text.matchAll(token), ({ 0: found, index }) => ({
          kind: "secret",
          start: index,
          end: index + found.replace(/\.+$/, "").length,
          confidence: 0.97,
        }))
      : [],
};

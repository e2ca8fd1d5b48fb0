import { randomBytes } from "node:crypto";

const TOKEN_BYTES = 32;

/** 32 bytes in base64url without padding: 43 characters. */
const wellFormed = /^[A-Za-z0-9_-]{43}$/;

/** A task token: a bearer secret that names one wait of one execution. */
export function createTaskToken(): string {
  return randomBytes(TOKEN_BYTES).toString("base64url");
}

/** False for what no engine can have handed out. */
export function isWellFormedToken(token: string): boolean {
  return wellFormed.test(token);
}

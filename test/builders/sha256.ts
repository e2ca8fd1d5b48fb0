import { createHash, createHmac } from "node:crypto";
import type { Hmac } from "../../shared/domain/commitment.ts";
import type { HashBytes } from "../../shared/ledger/merkle-hash.ts";
import type { Sha256 } from "../../shared/ledger/sha256.ts";

export const sha256: Sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
export const hashBytes: HashBytes = (bytes) => createHash("sha256").update(bytes).digest();
export const hmac: Hmac = (key, message) => createHmac("sha256", key).update(message).digest();

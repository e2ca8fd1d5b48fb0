import { createHash } from "node:crypto";
import type { HashBytes } from "../../shared/ledger/merkle-hash.ts";
import type { Sha256 } from "../../shared/ledger/sha256.ts";

export const sha256: Sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
export const hashBytes: HashBytes = (bytes) => createHash("sha256").update(bytes).digest();

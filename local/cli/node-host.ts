import { createPublicKey, hash, verify } from "node:crypto";
import type { Host } from "../../shared/ledger/verify.ts";

/** SHA-256 and Ed25519 of Node. */
export const nodeHost: Host = {
  hash: (bytes) => hash("sha256", bytes, "buffer"),
  verifyEd25519(publicKey, message, signature) {
    const x = Buffer.from(publicKey).toString("base64url");
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    return verify(null, message, key, signature);
  },
};

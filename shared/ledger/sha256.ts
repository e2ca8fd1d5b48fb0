/** SHA-256 (FIPS 180-4) of the bytes as 64 lower-case hex digits; passed in, so that the pure core runs anywhere. */
export type Sha256 = (bytes: Uint8Array) => string;

import { concatBytes } from "./bytes.ts";

const BLOCK_BYTES = 64;
const LENGTH_BYTES = 8;

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4 section 4.2.2). */
// oxfmt-ignore
const ROUND_CONSTANTS: readonly number[] = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

/** The same of the square roots of the first eight primes (FIPS 180-4 section 5.3.3). */
const INITIAL: HashState = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

/** Eight words of 32 bits, named a to h in FIPS 180-4. */
type HashState = [number, number, number, number, number, number, number, number];

/**
 * SHA-256 (FIPS 180-4) without a host's help: for browsers, whose own is asynchronous, which a tree of hashes cannot wait
 * for. Elsewhere pass the host's, which is many times faster.
 */
export function computeSha256(bytes: Uint8Array): Uint8Array {
  const padded = new DataView(pad(bytes).buffer);
  let state = INITIAL;
  for (let at = 0; at < padded.byteLength; at += BLOCK_BYTES) state = compress(state, padded, at);
  const digest = new DataView(new ArrayBuffer(32));
  for (const [place, word] of state.entries()) digest.setUint32(4 * place, word);
  return new Uint8Array(digest.buffer);
}

/** A 1 bit, zeros, and the length in bits as a big-endian uint64 (FIPS 180-4 section 5.1.1). */
function pad(bytes: Uint8Array): Uint8Array {
  const used = bytes.length + 1 + LENGTH_BYTES;
  const zeros = new Uint8Array((BLOCK_BYTES - (used % BLOCK_BYTES)) % BLOCK_BYTES);
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setBigUint64(0, BigInt(bytes.length) * 8n);
  return concatBytes(bytes, Uint8Array.of(0x80), zeros, length);
}

/** One block of 64 bytes (FIPS 180-4 section 6.2.2). */
function compress(state: HashState, padded: DataView, at: number): HashState {
  const schedule = expand(padded, at);
  let [a, b, c, d, e, f, g, h] = state;
  for (const [round, constant] of ROUND_CONSTANTS.entries()) {
    const choice = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const first = (h + mix(e, 6, 11, 25) + choice + constant + (schedule[round] ?? 0)) | 0;
    const second = (mix(a, 2, 13, 22) + majority) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  const [a0, b0, c0, d0, e0, f0, g0, h0] = state;
  // oxfmt-ignore
  return [
    (a0 + a) | 0, (b0 + b) | 0, (c0 + c) | 0, (d0 + d) | 0,
    (e0 + e) | 0, (f0 + f) | 0, (g0 + g) | 0, (h0 + h) | 0,
  ];
}

/** The message schedule: 16 words of the block, and 48 made of them. */
function expand(padded: DataView, at: number): Int32Array {
  const words = new Int32Array(64);
  for (let t = 0; t < 16; t += 1) words[t] = padded.getInt32(at + 4 * t);
  for (let t = 16; t < 64; t += 1) {
    const early = words[t - 15] ?? 0;
    const late = words[t - 2] ?? 0;
    const sigma0 = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
    const sigma1 = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
    words[t] = sigma1 + (words[t - 7] ?? 0) + sigma0 + (words[t - 16] ?? 0);
  }
  return words;
}

function mix(word: number, first: number, second: number, third: number): number {
  return turn(word, first) ^ turn(word, second) ^ turn(word, third);
}

function turn(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

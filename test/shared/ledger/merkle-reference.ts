import { hashBytes } from "./host-crypto.ts";

type Bytes = Uint8Array;

/** MTH, PATH and PROOF of RFC 6962 section 2.1 word for word, over ranges of leaf hashes; it shares no code with us. */
export class MerkleReference {
  readonly #leafHashes: readonly Bytes[];
  readonly #known = new Map<string, Bytes>();

  constructor(entries: readonly Bytes[]) {
    this.#leafHashes = entries.map((entry) => hashBytes(Buffer.concat([Buffer.of(0), entry])));
  }

  leafHash(index: number): Bytes {
    return this.mth(index, index + 1);
  }

  /** MTH(D[start:end]). */
  mth(start: number, end: number): Bytes {
    const name = `${start} ${end}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const made = this.#makeMth(start, end);
    this.#known.set(name, made);
    return made;
  }

  /** PATH(m, D[start:end]), with m counted from `start`. */
  path(m: number, start: number, end: number): readonly Bytes[] {
    const n = end - start;
    if (n === 1) return [];
    const k = largestPowerOfTwoBelow(n);
    if (m < k) return [...this.path(m, start, start + k), this.mth(start + k, end)];
    return [...this.path(m - k, start + k, end), this.mth(start, start + k)];
  }

  /** PROOF(m, D[0:n]). */
  proof(m: number, n: number): readonly Bytes[] {
    return this.#subproof(m, 0, n, true);
  }

  #subproof(m: number, start: number, end: number, isWhole: boolean): readonly Bytes[] {
    const n = end - start;
    if (m === n) return isWhole ? [] : [this.mth(start, end)];
    const k = largestPowerOfTwoBelow(n);
    if (m <= k) return [...this.#subproof(m, start, start + k, isWhole), this.mth(start + k, end)];
    return [...this.#subproof(m - k, start + k, end, false), this.mth(start, start + k)];
  }

  #makeMth(start: number, end: number): Bytes {
    const n = end - start;
    if (n === 0) return hashBytes(Buffer.alloc(0));
    const [leafHash] = this.#leafHashes.slice(start, end);
    if (n === 1 && leafHash !== undefined) return leafHash;
    const k = largestPowerOfTwoBelow(n);
    return hashBytes(Buffer.concat([Buffer.of(1), this.mth(start, start + k), this.mth(start + k, end)]));
  }
}

function largestPowerOfTwoBelow(n: number): number {
  let k = 1;
  while (2 * k < n) k = 2 * k;
  return k;
}

import { computeSha256 } from "../../ledger/compute-sha256.ts";
import type { Detector, Match } from "../detector.ts";
import { cue } from "./cue-words.ts";
import type { PiiText } from "./pii-text.ts";

const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const bech32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/** Each costs some 20 us; in a text of more candidates than this the form alone counts for the rest. */
const mostHashes = 50;

/** Addresses of crypto currencies: those with a checksum by it, Ethereum's by its form, others where words name a wallet. */
export const cryptoAddressDetector: Detector<PiiText> = {
  name: "crypto-address",
  version: "1",
  find: (source) => {
    const matches: Match[] = [];
    let hashes = 0;
    const checkHash = (word: string): boolean => ++hashes > mostHashes || passesBase58Check(word);
    for (const { start, end } of source.mixedWords) {
      const length = end - start;
      if (length < 25 || length > 108) continue;
      const confidence = judge(source, start, source.text.slice(start, end), checkHash);
      if (confidence > 0) matches.push({ kind: "crypto-address", start, end, confidence });
    }
    return matches;
  },
};

function judge(source: PiiText, start: number, word: string, checkHash: (word: string) => boolean): number {
  if (/^0x[\da-f]{40}$/i.test(word)) return 0.95;
  if (/^(?:bc1|tb1|ltc1|addr1)[a-z\d]{20,104}$/i.test(word))
    return passesBech32(word.toLowerCase()) ? 0.98 : 0;
  if (!/^[1-9A-HJ-NP-Za-km-z]+$/.test(word)) return 0;
  // Bitcoin, Litecoin, Dogecoin, Tron; Ripple has another alphabet.
  if (/^[13LMDT]/.test(word) && word.length <= 35 && checkHash(word)) return 0.98;
  if (/^4[\dAB][1-9A-HJ-NP-Za-km-z]{93}$/.test(word)) return 0.95;
  const isNamed = (source.cuesBefore(start, 40) & cue.wallet) !== 0;
  return isNamed && word.length <= 44 && /\d/.test(word) && /[A-Z]/.test(word) && /[a-z]/.test(word)
    ? 0.8
    : 0;
}

/** 25 bytes, the last four of them the head of the double SHA-256 of the others. */
function passesBase58Check(word: string): boolean {
  const bytes = new Uint8Array(25);
  for (const character of word) {
    let carry = base58.indexOf(character);
    for (let index = bytes.length - 1; index >= 0; index--) {
      carry += (bytes[index] ?? 0) * 58;
      bytes[index] = carry & 0xff;
      carry >>= 8;
    }
    if (carry !== 0) return false;
  }
  const hash = computeSha256(computeSha256(bytes.subarray(0, 21)));
  return bytes.subarray(21).every((byte, index) => byte === hash[index]);
}

const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** BIP 173 (remainder 1) and BIP 350 (bech32m). */
function passesBech32(word: string): boolean {
  const split = word.lastIndexOf("1");
  const codes = Array.from(word.slice(0, split), (character) => character.charCodeAt(0));
  const data = Array.from(word.slice(split + 1), (character) => bech32.indexOf(character));
  if (data.includes(-1)) return false;
  let checksum = 1;
  for (const value of [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31), ...data]) {
    const top = checksum >>> 25;
    checksum = ((checksum & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of generators.entries()) if (((top >>> bit) & 1) === 1) checksum ^= generator;
  }
  return checksum === 1 || checksum === 0x2bc830a3;
}

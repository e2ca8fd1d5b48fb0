import { concatBytes } from "./bytes.ts";
import { type Faulty, malformed } from "./faulty.ts";
import { MAX_ENTRY_BYTES } from "./proof-limits.ts";

export type DecodedBundle = { readonly ok: true; readonly entries: readonly Uint8Array[] } | Faulty;

const PREFIX_BYTES = 2;

/**
 * The entries of one tile, each behind its length as a big-endian uint16 (C2SP tlog-tiles, "Log entries").
 *
 * @throws RangeError if an entry is longer than a ledger entry may be: it should have been refused before it was sealed.
 */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  return concatBytes(...entries.flatMap((entry) => [encodeLength(entry.length), entry]));
}

/** Reads a bundle that has to hold exactly `width` entries and nothing behind them. */
export function decodeBundle(bundle: Uint8Array, width: number): DecodedBundle {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bundle.length) {
    if (entries.length === width) return malformed(`The bundle goes on after its ${width} entries.`);
    const [high, low] = bundle.subarray(at, at + PREFIX_BYTES);
    if (high === undefined || low === undefined) return malformed("The bundle ends within a length.");
    const length = high * 256 + low;
    const start = at + PREFIX_BYTES;
    at = start + length;
    if (length > MAX_ENTRY_BYTES) return malformed(`An entry has more than ${MAX_ENTRY_BYTES} bytes.`);
    if (at > bundle.length) return malformed("The bundle ends within an entry.");
    entries.push(bundle.subarray(start, at));
  }
  if (entries.length < width)
    return malformed(`The bundle has ${entries.length} entries instead of ${width}.`);
  return { ok: true, entries };
}

function encodeLength(length: number): Uint8Array {
  if (length > MAX_ENTRY_BYTES) throw new RangeError(`An entry has at most ${MAX_ENTRY_BYTES} bytes.`);
  return Uint8Array.of(Math.floor(length / 256), length % 256);
}

import { createHash, randomInt, randomUUID } from "node:crypto";

const hashAlgorithms = new Map([
  ["MD5", "md5"],
  ["SHA-1", "sha1"],
  ["SHA-256", "sha256"],
  ["SHA-384", "sha384"],
  ["SHA-512", "sha512"],
]);

/** Step Functions refuses longer ranges and partitions into more chunks. */
const MAX_RANGE_LENGTH = 1000;

/** Cuts an array into arrays of `size`; the last one may be shorter. */
function partition(array: unknown, size: unknown): unknown {
  if (array === undefined) return undefined;
  if (!Array.isArray(array)) throw new TypeError("The first argument of $partition must be an array.");
  if (!isInteger(size) || size < 1)
    throw new TypeError("The chunk size of $partition must be a positive integer.");
  const chunks: unknown[][] = [];
  for (let start = 0; start < array.length; start += size) chunks.push(array.slice(start, start + size));
  return chunks;
}

/** Integers from `first` to `last`, both included, by `step`. */
function range(first: unknown, last: unknown, step: unknown): readonly number[] {
  if (!isInteger(first) || !isInteger(last) || !isInteger(step) || step === 0) {
    throw new TypeError("$range takes three integers, of which the step is not 0.");
  }
  const length = Math.max(Math.floor((last - first) / step) + 1, 0);
  if (length > MAX_RANGE_LENGTH)
    throw new RangeError(`$range gives ${length} values; ${MAX_RANGE_LENGTH} are allowed.`);
  return Array.from({ length }, (_, index) => first + index * step);
}

/** Lower-case hex of the UTF-8 bytes of a string. */
function hash(text: unknown, algorithm: unknown): string | undefined {
  if (text === undefined) return undefined;
  const name = typeof algorithm === "string" ? hashAlgorithms.get(algorithm) : undefined;
  if (typeof text !== "string") throw new TypeError("The first argument of $hash must be a string.");
  if (name === undefined) throw new TypeError(`$hash knows ${[...hashAlgorithms.keys()].join(", ")}.`);
  return createHash(name).update(text, "utf8").digest("hex");
}

/** From 0 up to but not including 1. The same seed gives the same number, though not the number that AWS gives. */
function random(seed?: unknown): number {
  const granularity = 2 ** 47;
  if (seed === undefined) return randomInt(granularity) / granularity;
  if (!isInteger(seed)) throw new TypeError("The seed of $random must be an integer.");
  return createHash("sha256").update(String(seed)).digest().readUIntBE(0, 6) / 2 ** 48;
}

function parse(text: unknown): unknown {
  if (text === undefined) return undefined;
  if (typeof text !== "string") throw new TypeError("The argument of $parse must be a string.");
  return JSON.parse(text);
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value);
}

/** What Step Functions adds to JSONata 2.0.6 (developer guide, "JSONata functions provided by Step Functions"). */
export const stepFunctionsFunctions = { partition, range, hash, random, parse, uuid: () => randomUUID() };

import * as z from "zod/mini";

// No id holds "#", which separates the parts of a key in the stores.

/** 26 digits of Crockford's base32 in lower case: 48 bits of time, 80 random bits; the first digit holds 3 bits. */
const ULID_LENGTH = 26;
const ULID = "[0-7][0-9a-hjkmnp-tv-z]{25}";
/** A decimal number without leading zeros, at most six digits. */
const COUNT = "(?:0|[1-9][0-9]{0,5})";
const POSITION = "[1-9][0-9]{0,5}";

/** `run_` and 26 base32 digits; ids of later milliseconds sort later. */
export const runIdSchema = z
  .string()
  .check(z.regex(new RegExp(`^run_${ULID}$`)))
  .brand("RunId");
export type RunId = z.infer<typeof runIdSchema>;

/** `call_<run's 26 digits>_<turn>_<place in the turn>`. */
export const callIdSchema = z
  .string()
  .check(z.regex(new RegExp(`^call_${ULID}_${COUNT}_${COUNT}$`)))
  .brand("CallId");
export type CallId = z.infer<typeof callIdSchema>;

/** `req_<run's 26 digits>_<turn>_<place in the turn>_<which of the call's requirements, from 1>`. */
export const requirementIdSchema = z
  .string()
  .check(z.regex(new RegExp(`^req_${ULID}_${COUNT}_${COUNT}_${POSITION}$`)))
  .brand("RequirementId");
export type RequirementId = z.infer<typeof requirementIdSchema>;

/** Step Functions' bearer secret, at most 2,048 characters (API reference, SendTaskSuccess); never logged or shown. */
export const taskTokenSchema = z
  .string()
  .check(z.regex(/^[\x21-\x7e]{1,2048}$/))
  .brand("TaskToken");
export type TaskToken = z.infer<typeof taskTokenSchema>;

/** Milliseconds since 1970-01-01T00:00:00Z, up to the end of the year 9999, the last that RFC 3339 can write. */
export const epochMillisSchema = z
  .int()
  .check(z.minimum(0), z.maximum(253_402_300_799_999))
  .brand("EpochMillis");
export type EpochMillis = z.infer<typeof epochMillisSchema>;

/** Seconds since 1970-01-01T00:00:00Z, up to the end of the year 9999. */
export const epochSecondsSchema = z
  .int()
  .check(z.minimum(0), z.maximum(253_402_300_799))
  .brand("EpochSeconds");
export type EpochSeconds = z.infer<typeof epochSecondsSchema>;

/** 64 lower-case hex digits. */
export const sha256HexSchema = z
  .string()
  .check(z.regex(/^[0-9a-f]{64}$/))
  .brand("Sha256Hex");
export type Sha256Hex = z.infer<typeof sha256HexSchema>;

export const tenantSchema = z
  .string()
  .check(z.regex(/^[A-Za-z0-9._:@-]{1,128}$/))
  .brand("Tenant");
export type Tenant = z.infer<typeof tenantSchema>;

/** A person or machine as its issuer names it (the claim `sub`). */
export const subjectSchema = z
  .string()
  .check(z.regex(/^[A-Za-z0-9._:@|-]{1,128}$/))
  .brand("Subject");
export type Subject = z.infer<typeof subjectSchema>;

export const agentNameSchema = z
  .string()
  .check(z.regex(/^[a-z][a-z0-9_-]{0,62}$/))
  .brand("AgentName");
export type AgentName = z.infer<typeof agentNameSchema>;

/** At most 64 characters, as Chat Completions allows for a function's name. */
export const toolNameSchema = z
  .string()
  .check(z.regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/))
  .brand("ToolName");
export type ToolName = z.infer<typeof toolNameSchema>;

export const poolIdSchema = z
  .string()
  .check(z.regex(/^[a-z][a-z0-9-]{0,62}$/))
  .brand("PoolId");
export type PoolId = z.infer<typeof poolIdSchema>;

const BASE32_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";

/** A new run's id from the time and ten strong random bytes; any other number of bytes throws a RangeError. */
export function newRunId(now: EpochMillis, random: Uint8Array): RunId {
  if (random.length !== 10) throw new RangeError(`A run id takes 10 random bytes, not ${random.length}.`);
  const entropy = random.reduce((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
  return runIdSchema.parse(`run_${writeBase32(BigInt(now), 10)}${writeBase32(entropy, 16)}`);
}

/** The call at place `n` of a turn, so that a retry writes the same id; both count from 0 and stay below 1,000,000. */
export function callIdOf(run: RunId, turn: number, n: number): CallId {
  return callIdSchema.parse(`call_${run.slice("run_".length)}_${turn}_${n}`);
}

/** The `k`-th requirement of a call, counted from 1. */
export function requirementIdOf(call: CallId, k: number): RequirementId {
  return requirementIdSchema.parse(`req_${call.slice("call_".length)}_${k}`);
}

export function runOfCall(call: CallId): RunId {
  const start = "call_".length;
  return runIdSchema.parse(`run_${call.slice(start, start + ULID_LENGTH)}`);
}

export function runOfRequirement(requirement: RequirementId): RunId {
  return runOfCall(callOfRequirement(requirement));
}

export function callOfRequirement(requirement: RequirementId): CallId {
  return callIdSchema.parse(`call_${requirement.slice("req_".length, requirement.lastIndexOf("_"))}`);
}

/** The lowest 5 × `length` bits, highest first. */
function writeBase32(bits: bigint, length: number): string {
  const digits = Array.from({ length }, (_, place) => {
    const shift = BigInt(5 * (length - 1 - place));
    return BASE32_DIGITS.charAt(Number((bits >> shift) & 31n));
  });
  return digits.join("");
}

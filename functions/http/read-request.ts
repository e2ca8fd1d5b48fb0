import type * as z from "zod/mini";
import type { Channel } from "../../shared/domain/requirement.ts";
import { type Readable, read, readBy, unreadable } from "./readable.ts";
import type { ReceivedBody } from "./receive-body.ts";

/** The body by its schema; an empty body is an empty object. */
export function readBody<T>(schema: z.ZodMiniType<T>, body: ReceivedBody): Readable<T> {
  return body.outcome === "unreadable" ? body : readBy(schema, body.value ?? {}, "body");
}

/** The query by its schema; a parameter given twice is refused, because which one counts is anybody's guess. */
export function readQuery<T>(schema: z.ZodMiniType<T>, query: URLSearchParams): Readable<T> {
  const names = [...query.keys()];
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) return unreadable("A query parameter is given twice: give each once.");
  return readBy(schema, Object.fromEntries(query), "query");
}

/** The `Idempotency-Key`, or `undefined` without one. */
export function readIdempotencyKey(headers: Headers): Readable<string | undefined> {
  const key = headers.get("idempotency-key");
  if (key === null) return read(undefined);
  return /^[\x21-\x7e][\x20-\x7e]{0,199}$/.test(key)
    ? read(key)
    : unreadable("The Idempotency-Key has to be 1 to 200 printable ASCII characters.");
}

const channels = ["api", "cli", "web"] as const;

/** Through which surface a person acts: for the record only, it opens nothing. */
export function readChannel(headers: Headers): Readable<Channel> {
  const name = headers.get("x-countersign-channel");
  if (name === null) return read("api");
  const channel = channels.find((known) => known === name);
  return channel === undefined
    ? unreadable(`The header x-countersign-channel has to be one of ${channels.join(", ")}.`)
    : read(channel);
}

/** How many items of a list, 50 unless told. */
export function limitOf({ limit }: { readonly limit?: string | undefined }): number {
  return limit === undefined ? 50 : Number(limit);
}

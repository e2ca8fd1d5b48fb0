import { InvariantBroken } from "../../shared/domain/errors.ts";
import { type Refused, refuse } from "../../shared/domain/refusal.ts";
import { parseStrictJson } from "../../shared/ledger/canonical-json.ts";
import type { JsonValue } from "../../shared/ledger/json-value.ts";
import { type Readable, read, unreadable } from "./readable.ts";

export const mostBodyBytes = 256 * 1024;

/** The request's JSON value; `undefined` for an empty body. */
export type ReceivedBody = Readable<JsonValue | undefined>;

/** Reads at most 256 KiB, whatever the headers promise, and refuses what `JSON.parse` would silently change. */
export async function receiveBody(request: Request): Promise<ReceivedBody | Refused> {
  const bytes = await readBytes(request);
  if (bytes === undefined) {
    return refuse("too_large", `The body is larger than ${mostBodyBytes} bytes: send less.`);
  }
  if (bytes.length === 0) return read(undefined);
  if (!isJson(request.headers.get("content-type"))) {
    return unreadable("The body has to be JSON: send it with Content-Type: application/json.");
  }
  const text = decode(bytes);
  if (text === undefined) return unreadable("The body is not UTF-8.");
  const parsed = parseStrictJson(text);
  return parsed.ok ? read(parsed.value) : unreadable(`The body is not usable JSON. ${parsed.message}`);
}

async function readBytes(request: Request): Promise<Uint8Array | undefined> {
  if (Number(request.headers.get("content-length") ?? 0) > mostBodyBytes) return undefined;
  const stream: AsyncIterable<unknown> | null = request.body;
  if (stream === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    if (!(chunk instanceof Uint8Array)) throw new InvariantBroken("A request's body is not bytes.");
    length += chunk.length;
    // Leaving the loop cancels the stream, so the rest is not received.
    if (length > mostBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** JSON is UTF-8 (RFC 8259); a parameter that says anything else is refused. */
function isJson(contentType: string | null): boolean {
  return /^application\/json *(?:; *charset="?utf-8"? *)?$/i.test(contentType ?? "");
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    // A byte order mark is kept, so that the JSON reader refuses it.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

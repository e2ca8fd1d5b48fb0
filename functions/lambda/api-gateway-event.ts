import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import * as z from "zod/mini";
import { refuse } from "../../shared/domain/refusal.ts";
import { problemResponse } from "../http/answer.ts";

// API Gateway takes 10,240 bytes of request line and headers, and Lambda 6 MB of event.
const line = z.string().check(z.maxLength(10_240));

/** A request as an HTTP API hands it over, payload format 2.0 (the fields of it that count here). */
export const httpEventSchema = z.object({
  version: z.literal("2.0"),
  /** Decoded, but for `%25`: unlike a REST API or a function's URL, an HTTP API undoes what the client escaped. */
  rawPath: line.check(z.startsWith("/")),
  /** As the client sent it, so that a parameter given twice stands here twice. */
  rawQueryString: line,
  /** Names in lower case; values of a header sent twice are one text, joined by a comma. Cookies are not among them. */
  headers: z.record(line, line),
  requestContext: z.object({ http: z.object({ method: z.enum(["GET", "POST"]) }) }),
  body: z.optional(z.string().check(z.maxLength(6_291_556))),
  isBase64Encoded: z.boolean(),
});
export type HttpEvent = z.infer<typeof httpEventSchema>;

/** Nobody reads it: links are relative, and who may ask is decided by the token. */
const origin = "https://api.invalid";

/**
 * The request as the local server would have made it of the same bytes. The path is escaped again, so that a decoded `?`
 * in it does not become a query; an HTTP API's cookies are left out, since nothing here is signed in by one.
 */
export function toRequest({
  rawPath,
  rawQueryString,
  headers,
  requestContext,
  ...event
}: HttpEvent): Request {
  const path = rawPath.toWellFormed().split("/").map(encodeURIComponent).join("/");
  const url = new URL(`${origin}${path}`);
  url.search = rawQueryString;
  const { method } = requestContext.http;
  const body = method === "GET" ? undefined : bytesOf(event);
  return new Request(url, { method, headers: toHeaders(headers), ...(body === undefined ? {} : { body }) });
}

function bytesOf({ body, isBase64Encoded }: Pick<HttpEvent, "body" | "isBase64Encoded">) {
  return body === undefined ? undefined : Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
}

function toHeaders(entries: HttpEvent["headers"]): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(entries)) {
    // A header's characters are bytes (RFC 9110, section 5.5), as Node's server shows them; others do not fit into one.
    if (name.toLowerCase() !== "cookie") headers.append(name, Buffer.from(value).toString("latin1"));
  }
  return headers;
}

/** Lambda's answer may have 6,291,556 bytes of JSON; the rest is for what stands around the body. */
const mostResultBytes = 6_000_000;

/** The answer for API Gateway. One that Lambda could not hand over would be a bare 502; it says instead what to do. */
export async function toResult(response: Response): Promise<APIGatewayProxyStructuredResultV2> {
  // Bytes that are no text travel as base64; here they are tiles of the ledger, 4 MB at most.
  const isBinary = response.headers.get("content-type") === "application/octet-stream";
  const body = isBinary
    ? Buffer.from(await response.arrayBuffer()).toString("base64")
    : await response.text();
  if (isTooLarge(body)) {
    return toResult(
      problemResponse(refuse("too_large", "The answer is larger than 6 MB: ask for fewer items with limit.")),
    );
  }
  const headers = Object.fromEntries(response.headers);
  return { statusCode: response.status, headers, body, isBase64Encoded: isBinary };
}

/** The body travels as a JSON text, in which quotes and control characters grow; a character takes at most 6 bytes. */
function isTooLarge(body: string): boolean {
  return body.length * 6 > mostResultBytes && Buffer.byteLength(JSON.stringify(body)) > mostResultBytes;
}

/** Room for a reply at its bounds with its JSON escapes; the library itself reads bodies of any size. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** A body longer than we read; no retry makes it shorter. */
export class BodyTooLarge extends Error {
  override readonly name = "BodyTooLarge";
}

/** HTTP holds a plain body to the length that was announced; a compressed one may still be any size. */
function isKnownToFit(headers: Headers): boolean {
  const length = headers.get("content-length");
  return length !== null && !headers.has("content-encoding") && Number(length) <= MAX_BODY_BYTES;
}

/** Wraps `fetch` so that reading a body of more than 8 MiB fails with `BodyTooLarge` instead of filling memory. */
export function limitBody(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (response.body === null || isKnownToFit(response.headers)) return response;
    let bytes = 0;
    const counted = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          bytes += chunk.byteLength;
          if (bytes > MAX_BODY_BYTES) controller.error(new BodyTooLarge());
          else controller.enqueue(chunk);
        },
      }),
    );
    return new Response(counted, response);
  };
}

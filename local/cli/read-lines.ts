import { createReadStream } from "node:fs";

const newline = 10;

/** The lines of a file as bytes, without their ends; a last line without an end counts too. */
export function readLines(file: string): AsyncGenerator<Uint8Array, undefined> {
  return splitLines(createReadStream(file));
}

/** The lines of a stream of buffers, as `readLines` gives those of a file. */
export async function* splitLines(chunks: AsyncIterable<unknown>): AsyncGenerator<Uint8Array, undefined> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (!Buffer.isBuffer(chunk)) continue;
    const bytes = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      yield bytes.subarray(start, end);
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
  if (rest.length > 0) yield rest;
}

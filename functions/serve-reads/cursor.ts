import { type Readable, read, unreadable } from "../http/readable.ts";

/** Where a list goes on: the sort key of the last row that was looked at. Opaque to clients, so it may change. */
export function writeCursor(position: string): string {
  return Buffer.from(position, "utf8").toString("base64url");
}

/** `form` says what a position of this list looks like; another list's cursor, or a made-up one, is unreadable. */
export function readCursor(cursor: string | undefined, form: RegExp): Readable<string | undefined> {
  if (cursor === undefined) return read(undefined);
  const position = Buffer.from(cursor, "base64url").toString("utf8");
  return form.test(position) && writeCursor(position) === cursor
    ? read(position)
    : unreadable("The cursor is not one of this list: take nextCursor of its last page, or leave it out.");
}

import { crc32 } from "node:zlib";

const NAME = "index.mjs";

/** A zip archive of the one file `index.mjs`, stored as it is (PKWARE's APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16). */
export function zipHandler(source: string): Uint8Array {
  const content = Buffer.from(source);
  const local = Buffer.concat([header(0x04034b50, 30, content), Buffer.from(NAME)]);
  const central = Buffer.concat([header(0x02014b50, 46, content), Buffer.from(NAME)]);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length + content.length, 16);
  return Buffer.concat([local, content, central, end]);
}

/** The two headers of a file share their fields; in the central one, a second version number shifts them by two bytes. */
function header(signature: number, length: number, content: Buffer): Buffer {
  const bytes = Buffer.alloc(length);
  const shift = length === 46 ? 2 : 0;
  bytes.writeUInt32LE(signature, 0);
  bytes.writeUInt16LE(20, 4 + shift);
  bytes.writeUInt32LE(crc32(content), 14 + shift);
  bytes.writeUInt32LE(content.length, 18 + shift);
  bytes.writeUInt32LE(content.length, 22 + shift);
  bytes.writeUInt16LE(NAME.length, 26 + shift);
  return bytes;
}

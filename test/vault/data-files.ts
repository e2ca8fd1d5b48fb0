import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { unpackText } from "../../shared/adapters/sqlite/pack-text.ts";

/** What stands in a data directory, file by file: where a byte sequence is looked for. */
export function readFiles(directory: string): ReadonlyMap<string, Buffer> {
  const names = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(names.map((name) => [name.slice(directory.length + 1), readFileSync(name)]));
}

/** The needles that stand in a file in any of the forms, as `file: needle`. */
export function findIn(files: ReadonlyMap<string, Buffer>, needles: readonly Buffer[]): readonly string[] {
  return [...files].flatMap(([file, content]) =>
    needles.filter((needle) => content.includes(needle)).map((needle) => `${file}: ${needle.toString()}`),
  );
}

/** A text as it could stand in a file. */
export function formsOf(text: string): readonly Buffer[] {
  const bytes = Buffer.from(text);
  return [bytes, Buffer.from(bytes.toString("hex"))];
}

/** Bytes as they could stand in a file. */
export function formsOfKey(hex: string): readonly Buffer[] {
  const bytes = Buffer.from(hex, "hex");
  return [bytes, Buffer.from(hex), Buffer.from(hex.toUpperCase()), Buffer.from(bytes.toString("base64"))];
}

/** Every text in every column of every table of a closed database, unpacked, each with the table it stands in. */
export function readTexts(directory: string): readonly { readonly where: string; readonly text: string }[] {
  const database = new DatabaseSync(join(directory, "countersign.db"), { readOnly: true });
  try {
    const tables = database
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .all()
      .map(({ name }) => String(name));
    return tables.flatMap((table) =>
      database
        .prepare(`SELECT * FROM "${table}"`)
        .all()
        .flatMap((row) => Object.values(row).map((value) => toText(table, row, value))),
    );
  } finally {
    database.close();
  }
}

function toText(table: string, row: Readonly<Record<string, unknown>>, value: unknown) {
  const text =
    typeof value === "string" ? unpackText(value) : value instanceof Uint8Array ? textOf(value) : "";
  return { where: [table, row["tbl"], row["pk"], row["sk"]].filter(Boolean).join(" "), text };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

import { readFileSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../..");

export function readDocument(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** The text between the heading and the next one of the same or a higher level. */
export function sectionOf(markdown: string, heading: string): string {
  const lines = markdown.split("\n");
  const start = lines.indexOf(heading);
  if (start === -1) throw new Error(`There is no heading "${heading}".`);
  const level = heading.indexOf(" ");
  const end = lines.findIndex(
    (line, place) => place > start && /^#+ /.test(line) && line.indexOf(" ") <= level,
  );
  return lines.slice(start + 1, end === -1 ? undefined : end).join("\n");
}

/** The cells of every row of every table, without head and rule; code marks are left out. */
export function rowsOf(markdown: string): readonly (readonly string[])[] {
  const lines = markdown.split("\n");
  const isRule = (line: string | undefined) => /^\|(?:-+\|)+$/.test(line ?? "");
  return lines
    .filter((line, place) => line.startsWith("|") && !isRule(line) && !isRule(lines[place + 1]))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.replaceAll("`", "").trim()),
    );
}

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readDocument, root } from "./read-document.ts";

/** `level: "alarm", event: "…"`, also where the level is computed; `report("alarm", "…")`; and the sweep's own. */
const alarm = /(?:"alarm",\s*(?:event:\s*)?|passOverBroken\(\w+, )"([a-z][a-z-]*)"/g;
/** `passOverBroken` is handed the event's name; `levelOf` is that of `invocation-failed`. */
const computed = [
  'functions/keep-deadlines/expire-due.ts: log({ level: "alarm", event, code: error.code });',
  'functions/lambda/describe-failure.ts: return expectedNames.has(name) ? "info" : "alarm";',
  'local/functions.ts: const level = isKnown && error.family === "retryable" ? "warning" : "alarm";',
];
/** Where the word is a type, is compared with, or stands in a comment. */
const isNoAlarm = /(?:\||===|case)\s*"alarm"|^\s*(?:\*|\/\/)/;

interface Source {
  readonly file: string;
  readonly text: string;
}

const sources: readonly Source[] = globSync(["functions/**/*.ts", "local/**/*.ts", "shared/**/*.ts"], {
  cwd: root,
}).map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));

const events = sources.flatMap(({ text }) => [...text.matchAll(alarm)].map(([, event]) => event));
const runbook = readDocument("docs/runbook.md");
const articles = [...runbook.matchAll(/^### `([^`]+)`$/gm)].map(([, event]) => event);

describe("docs/runbook.md", () => {
  test("has an article for every alarm, and no other", () => {
    expect(new Set(articles)).toEqual(new Set(events));
    expect(articles).toHaveLength(new Set(articles).size);
  });

  test("says in every article what it means, what was done, where to look and what to do", () => {
    const texts = runbook.split(/^### /m).slice(1);
    const lacking = texts.filter((text) =>
      ["**Means.**", "**Done.**", "**Look at**", "**Do.**"].some((part) => !text.includes(part)),
    );
    expect(lacking.map((text) => text.split("\n")[0])).toEqual([]);
  });

  test("overlooks no alarm whose event is computed", () => {
    const unnamed = sources.flatMap(({ file, text }) =>
      text
        .replaceAll(alarm, "")
        .split("\n")
        .filter((line) => line.includes('"alarm"') && !isNoAlarm.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(unnamed.toSorted()).toEqual(computed);
  });
});

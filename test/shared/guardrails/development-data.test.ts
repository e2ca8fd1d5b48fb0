import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { findPrivateData } from "../../../shared/guardrails/find-private-data.ts";
import { labelKind } from "../../../shared/guardrails/finding.ts";
import { normalize } from "../../../shared/guardrails/normalize/normalize.ts";

const folder = new URL("../../../../shared/data/guardrails/", import.meta.url);
const isAtHand = existsSync(folder);

const row = z.object({
  id: z.string(),
  text: z.string(),
  spans: z.array(z.unknown()),
  scope: z.array(z.string()).nullable(),
});
const figures = z.object({ p: z.number(), f1: z.number() });
const score = z.object({
  core_typed: figures,
  core_exact: figures,
  all_typed: figures,
  leaked_char_rate: z.number(),
});

function readRows(): z.infer<typeof row>[] {
  const lines = readFileSync(new URL("dev/pii.jsonl", folder), "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => row.parse(JSON.parse(line)));
}

function findSpans(text: string): { start: number; end: number; type: string }[] {
  return findPrivateData(normalize(text)).map(({ start, end, kind }) => ({
    start,
    end,
    type: labelKind(kind),
  }));
}

/** Gives the predictions to the scorer and returns what it says. */
async function scorePii(predictions: string): Promise<z.infer<typeof score>> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const scorer = [fileURLToPath(new URL("score.mjs", folder)), "pii", "dev", "--json"];
  const child = execFile(process.execPath, scorer, (error, stdout) =>
    error === null ? resolve(stdout) : reject(error),
  );
  child.stdin?.end(predictions);
  return score.parse(JSON.parse(await promise));
}

/** What of the targets the figures fall short of. */
function listMissed(measured: z.infer<typeof score>): string[] {
  const targets = {
    "core F1 >= 0.96": measured.core_typed.f1 >= 0.96,
    "core precision >= 0.97": measured.core_typed.p >= 0.97,
    "core exact F1 >= 0.92": measured.core_exact.f1 >= 0.92,
    "F1 of all kinds >= 0.9": measured.all_typed.f1 >= 0.9,
    "leaked characters <= 0.08": measured.leaked_char_rate <= 0.08,
  };
  return Object.entries(targets).flatMap(([target, isReached]) => (isReached ? [] : [target]));
}

const where = isAtHand ? "the development data" : "nothing (../shared/data/guardrails is absent)";

describe(`measured on ${where}`, () => {
  const rows = isAtHand ? readRows() : [];

  test("the targets of precision, recall and leaked characters are reached", async () => {
    const predictions = rows.map(({ id, text }) => JSON.stringify({ id, spans: findSpans(text) })).join("\n");
    expect(isAtHand ? listMissed(await scorePii(predictions)) : []).toEqual([]);
  });

  test("nothing is found in cards and IBANs with wrong check digits", () => {
    const broken = rows.filter(
      ({ spans, scope }) => spans.length === 0 && /^(?:IBAN|CREDIT_CARD)$/.test(String(scope)),
    );
    expect(broken.filter(({ text }) => findSpans(text).length > 0)).toEqual([]);
  });
});

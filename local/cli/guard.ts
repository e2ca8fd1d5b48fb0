import { once } from "node:events";
import { Writable } from "node:stream";
import { z } from "zod";
import { findHiddenSecrets, findPrivateData } from "../../shared/guardrails/find-private-data.ts";
import { type Finding, labelKind } from "../../shared/guardrails/finding.ts";
import {
  detectInjection,
  RAISE_SCORE,
  type Surface,
} from "../../shared/guardrails/injection/detect-injection.ts";
import { normalize } from "../../shared/guardrails/normalize/normalize.ts";
import { CommandFailed } from "./command-failed.ts";
import { splitLines } from "./read-lines.ts";
import type { OutputStream, Terminal } from "./terminal.ts";

/** What a guard says of a text: the members of its line of output besides the id. Offsets are UTF-16, end exclusive. */
export type Judge = (text: string, surface?: Surface) => Readonly<Record<string, unknown>>;

/** Personal data and secrets. */
export const judgePii: Judge = (text) => ({ spans: findPrivateData(normalize(text)).map(toSpan) });

/** Secrets alone. */
export const judgeSecrets: Judge = (text) => ({ spans: findHiddenSecrets(normalize(text)).map(toSpan) });

/** Attacks on the model that reads the text, from the score on that raises a call's tier. */
export const judgeInjection: Judge = (text, surface) => {
  const { score } = detectInjection(normalize(text), surface);
  return { flagged: score >= RAISE_SCORE, score: Number(score.toFixed(4)) };
};

function toSpan({ start, end, kind }: Finding): { start: number; end: number; type: string } {
  return { start, end, type: labelKind(kind) };
}

/** `surface` says where a text comes from; a word that is not known here says nothing. */
const lineShape = z.object({
  id: z.union([z.string(), z.number()]),
  text: z.string(),
  surface: z.enum(["user", "tool"]).optional().catch(undefined),
});

/**
 * Judges JSON lines `{id,text}` one by one, in their order; blank lines are passed over. Waits for a slow reader of the
 * output, so memory stays flat however many lines come.
 */
export async function judgeLines(
  judge: Judge,
  { terminal, stdout, input }: { terminal: Terminal; stdout: OutputStream; input: AsyncIterable<unknown> },
): Promise<void> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let number = 0;
  for await (const bytes of splitLines(input)) {
    number += 1;
    const line = readLine(decoder, bytes, number);
    if (line === undefined) continue;
    terminal.printJson(JSON.stringify({ id: line.id, ...judge(line.text) }));
    if (stdout instanceof Writable && stdout.writableNeedDrain) await once(stdout, "drain");
  }
}

function readLine(
  decoder: { decode(bytes: Uint8Array): string },
  bytes: Uint8Array,
  number: number,
): z.infer<typeof lineShape> | undefined {
  let value: unknown;
  try {
    const line = decoder.decode(bytes);
    if (line.trim() === "") return undefined;
    value = JSON.parse(line);
  } catch {
    throw new CommandFailed(`Line ${number} is no JSON: give one {"id": …, "text": "…"} a line.`, 2);
  }
  const parsed = lineShape.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: "it has another shape" };
  const place = path.length === 0 ? "" : `${path.join(".")}: `;
  throw new CommandFailed(`Line ${number} is not {"id": …, "text": "…"}: ${place}${message}.`, 2);
}

import { open } from "node:fs/promises";
import { parseReceipt } from "../../shared/ledger/receipt.ts";
import { checkRequirementId } from "./check-id.ts";
import type { CommandContext } from "./command-context.ts";
import { CommandFailed, orSuggest } from "./command-failed.ts";

/** Fetches the receipt of a requirement: onto stdout, or into a file. */
export async function fetchReceipt(
  { api, terminal, person }: CommandContext,
  asked: { readonly id: string; readonly entry?: string | undefined; readonly out?: string | undefined },
): Promise<void> {
  const id = checkRequirementId(asked.id);
  const query = asked.entry === undefined ? "" : `?entry=${encodeURIComponent(asked.entry)}`;
  const path = `/ledger/receipts/${id}${query}`;
  const text = await orSuggest(`show ${id} --as ${person}`, api.getText(path));
  const parsed = parseReceipt(text);
  if (!parsed.ok) throw new CommandFailed(`The server sent no receipt: ${parsed.why}`);
  if (asked.out === undefined) {
    for (const line of text.trimEnd().split("\n")) terminal.print(line);
    return terminal.warnNext(`receipt ${id} --as ${person} --out FILE`);
  }
  await saveText(asked.out, text);
  const key = (await api.getText("/ledger/key")).trim();
  terminal.print(`Saved the receipt of entry ${parsed.receipt.index} as ${asked.out}.`);
  terminal.printNext(`verify receipt ${asked.out} --key ${key}`);
}

async function saveText(file: string, text: string): Promise<void> {
  try {
    // A file that is there may be the only copy of another receipt.
    await using saved = await open(file, "wx");
    await saved.writeFile(text);
  } catch {
    throw new CommandFailed(`${file} cannot be written: give the name of a new file.`, 2);
  }
}

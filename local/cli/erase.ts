import { erasedViewSchema } from "../../shared/wire/api.ts";
import type { CommandContext } from "./command-context.ts";

/** Erases what the runs of a person, and those about them, kept. */
export async function eraseSubject({ api, terminal, json }: CommandContext, subject: string): Promise<void> {
  const path = `/subjects/${encodeURIComponent(subject)}/erase`;
  const answer = await api.post(path, {}, erasedViewSchema);
  if (json) return terminal.printJson(answer.json);
  const { erased } = answer.value;
  terminal.print(
    erased === 0
      ? "No run is linked to this id, so nothing had to be erased."
      : `${erased} ${erased === 1 ? "run is" : "runs are"} erased: arguments, words and results are gone, who decided stays.`,
  );
}

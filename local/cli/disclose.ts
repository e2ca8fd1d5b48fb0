import { commitmentOf } from "../../shared/domain/commitment.ts";
import { canonicalize } from "../../shared/ledger/canonical-json.ts";
import { decodeHex } from "../../shared/ledger/hex.ts";
import type { JsonValue } from "../../shared/ledger/json-value.ts";
import { disclosureViewSchema, type DisclosureView } from "../../shared/wire/api.ts";
import { sha256 } from "../crypto.ts";
import type { CommandContext } from "./command-context.ts";
import { CommandFailed } from "./command-failed.ts";
import { printLabelled } from "./print-labelled.ts";
import { escapeJsonText } from "./visible-text.ts";

/**
 * Opens what an entry of the ledger commits to, for an auditor, who is on record for it from then on. Whether a value
 * is what was committed to is computed here, whatever the server says; exit 1 where one is not.
 */
export async function discloseEntry({ api, terminal, json }: CommandContext, index: string): Promise<void> {
  if (!/^(?:0|[1-9][0-9]{0,14})$/.test(index))
    throw new CommandFailed(`${index} is no index: ledger entries are numbered from 0.`, 2);
  const answer = await api.post(`/ledger/entries/${index}/disclose`, {}, disclosureViewSchema);
  const { entry, disclosures } = answer.value;
  if (json) terminal.printJson(answer.json);
  else printLabelled(terminal, "Entry", `${index}, ${entry}`);
  if (!json && disclosures.length === 0) terminal.print("It commits to nothing.");
  const judged = disclosures.map((disclosure) => ({ ...disclosure, verdict: judge(disclosure) }));
  if (!json) {
    for (const { name, value, salt, commitment, verdict } of judged) {
      const label = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      printLabelled(terminal, label, value === undefined ? "stored no more" : showCanonical(value));
      printLabelled(terminal, "Salt", salt);
      printLabelled(terminal, "Commitment", `${commitment} (${verdict})`);
    }
  }
  const altered = judged.filter(({ verdict }) => verdict === "does not open");
  if (altered.length === 0) return;
  const names = altered.map(({ name }) => name).join(", ");
  throw new CommandFailed(
    `What is stored as ${names} is not what entry ${index} committed to: it was changed since.`,
  );
}

/** The text that is hashed, so that it can be hashed by hand; what cannot be seen in it stands as a JSON escape. */
function showCanonical(value: JsonValue): string {
  const canonical = canonicalize(value);
  return canonical.ok ? escapeJsonText(canonical.text) : "not canonical JSON";
}

function judge({
  value,
  salt,
  commitment,
}: DisclosureView["disclosures"][number]): "opens" | "does not open" | "cannot be opened" {
  const bytes = decodeHex(salt);
  if (value === undefined || bytes === undefined) return "cannot be opened";
  return commitmentOf(bytes, value, sha256) === commitment ? "opens" : "does not open";
}

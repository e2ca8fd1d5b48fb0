import { MalformedRecord } from "../../shared/domain/errors.ts";
import { type Refused, refuse } from "../../shared/domain/refusal.ts";
import { buildReceipt, loadSealedRange } from "../../shared/records/receipts.ts";
import { loadSealOf } from "../../shared/records/seal-records.ts";
import { receiptQuerySchema } from "../../shared/wire/api.ts";
import type { Served } from "../http/answer.ts";
import type { SignedInRequest } from "../http/create-app.ts";
import { readQuery } from "../http/read-request.ts";
import { settlingEntry } from "./find-receipt.ts";
import type { ServeReadsParts } from "./parts.ts";
import { seeRequirement } from "./see-requirement.ts";

/**
 * `GET /ledger/receipts/{requirement}`: C2SP tlog-proof, with the entry's bytes as its extra data, of the entry that
 * settled the requirement or of the one that `entry` names.
 */
export async function readReceipt(
  parts: ServeReadsParts,
  request: SignedInRequest,
): Promise<Served | Refused> {
  const seen = await seeRequirement(parts, request);
  if (seen.outcome === "refused") return seen;
  const asked = readQuery(receiptQuerySchema, request.query);
  if (asked.outcome === "unreadable") return refuse("invalid_input", asked.detail);
  const { id } = seen.requirement;
  const entries = await parts.ledger.entriesOf(id);
  const { entry } = asked.value;
  const chosen =
    entry === undefined ? settlingEntry(entries) : entries.find(({ index }) => index === Number(entry));
  if (chosen === undefined) return notThere(id, entry);
  const seal = await loadSealOf(parts.store, parts.tenant, chosen.index);
  if (seal === undefined) {
    return refuse("not_found", `Entry ${chosen.index} is not sealed yet: try again in a moment.`);
  }
  const range = await loadSealedRange(parts.ledger, seal);
  const built = await buildReceipt(range, chosen.index, parts.hash);
  if (!built.ok) throw new MalformedRecord(`There is no receipt of entry ${chosen.index}: ${built.why}`);
  return { outcome: "served", content: built.receipt, type: "text/plain; charset=utf-8" };
}

function notThere(id: string, entry: string | undefined): Refused {
  return refuse(
    "not_found",
    entry === undefined
      ? `Nothing has settled requirement ${id} yet, so there is no receipt: try again when somebody has decided.`
      : `Entry ${entry} is none of requirement ${id}: GET /ledger/entries?requirement=${id} lists them.`,
  );
}

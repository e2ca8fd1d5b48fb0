import { type Refused, refuse } from "../../shared/domain/refusal.ts";
import { parseTilePath } from "../../shared/ledger/tile.ts";
import { loadDecider } from "../../shared/records/decider-records.ts";
import { loadTile, sizeUnderTile } from "../../shared/records/ledger-tiles.ts";
import { loadLastSeal, readSealedSize } from "../../shared/records/seal-records.ts";
import { noQuerySchema } from "../../shared/wire/api.ts";
import type { Served } from "../http/answer.ts";
import type { PublicRequest, SignedInRequest } from "../http/create-app.ts";
import { readQuery } from "../http/read-request.ts";
import type { ServeReadsParts } from "./parts.ts";

/** A tile never changes under its name; what is behind a token is kept by its reader alone. */
const immutable = {
  everybody: "public, max-age=31536000, immutable",
  reader: "private, max-age=31536000, immutable",
};

/** `GET /ledger/key`: the verifier key (C2SP signed-note) that receipts and checkpoints are verified with. */
export async function readKey({ readLedgerKey }: ServeReadsParts): Promise<Served> {
  const content = `${await readLedgerKey()}\n`;
  return { outcome: "served", content, type: "text/plain; charset=utf-8" };
}

/** `GET /ledger/checkpoint`: the newest, a signed note (C2SP tlog-checkpoint). */
export async function readCheckpoint(
  parts: ServeReadsParts,
  request: SignedInRequest,
): Promise<Served | Refused> {
  return (await refuseReading(parts, request)) ?? findCheckpoint(parts);
}

/** The same without a token, where the log is public. */
export async function readPublicCheckpoint(
  parts: ServeReadsParts,
  request: PublicRequest,
): Promise<Served | Refused> {
  return refuseQuery(request) ?? findCheckpoint(parts);
}

/** `GET /ledger/tile/…` (C2SP tlog-tiles): whatever lies within what is sealed, partial tiles of any width too. */
export async function readTile(parts: ServeReadsParts, request: SignedInRequest): Promise<Served | Refused> {
  return (await refuseReading(parts, request)) ?? findTile(parts, request, immutable.reader);
}

/** The same without a token, where the log is public. */
export async function readPublicTile(
  parts: ServeReadsParts,
  request: PublicRequest,
): Promise<Served | Refused> {
  return refuseQuery(request) ?? findTile(parts, request, immutable.everybody);
}

async function findCheckpoint({ store, tenant }: ServeReadsParts): Promise<Served | Refused> {
  const newest = await loadLastSeal(store, tenant);
  if (newest === undefined) return refuse("not_found", "Nothing is sealed yet: try again in a moment.");
  return { outcome: "served", content: newest.checkpoint, type: "text/plain; charset=utf-8" };
}

async function findTile(
  parts: ServeReadsParts,
  { params }: PublicRequest,
  cacheControl: string,
): Promise<Served | Refused> {
  const tile = parseTilePath(`tile/${params["tile"] ?? ""}`);
  if (tile === undefined || sizeUnderTile(tile) > (await readSealedSize(parts.store, parts.tenant))) {
    return refuse(
      "not_found",
      "There is no such tile: GET /ledger/checkpoint says how many entries there are.",
    );
  }
  const content = new Uint8Array(await loadTile(parts.ledger, tile, parts.hash));
  return { outcome: "served", content, type: "application/octet-stream", cacheControl };
}

/** Where the log is not public, the whole of it is for auditors. */
async function refuseReading(
  { store, tenant }: ServeReadsParts,
  request: SignedInRequest,
): Promise<Refused | undefined> {
  const { decider } = await loadDecider(store, tenant, request.principal);
  if (decider.kind !== "person" || !decider.isAuditor) {
    return refuse(
      "not_found",
      "The ledger as a whole is for auditors; receipts of your own requirements are at /ledger/receipts/{requirement}.",
    );
  }
  return refuseQuery(request);
}

function refuseQuery({ query }: PublicRequest): Refused | undefined {
  const asked = readQuery(noQuerySchema, query);
  return asked.outcome === "unreadable" ? refuse("invalid_input", asked.detail) : undefined;
}

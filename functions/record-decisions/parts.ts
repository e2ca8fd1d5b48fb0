import type { Sha256 } from "../../shared/ledger/sha256.ts";
import type { HttpParts } from "../http/create-app.ts";
import type { RecordVoteParts } from "./record-vote.ts";

export interface RecordDecisionsParts extends HttpParts, RecordVoteParts {
  readonly sha256: Sha256;
}

import type { HttpParts } from "../http/create-app.ts";
import type { RecordVoteParts } from "./record-vote.ts";

export type RecordDecisionsParts = HttpParts & RecordVoteParts;

import type * as z from "zod/mini";
import type { RefusalCode } from "../../shared/domain/refusal.ts";
import {
  ledgerQuerySchema,
  listQuerySchema,
  receiptQuerySchema,
  requirementsQuerySchema,
  runQuerySchema,
  runsQuerySchema,
} from "../../shared/wire/api.ts";
import type { RouteName } from "../http/create-app.ts";
import type { SchemaName } from "./describe-api.ts";

export interface Operation {
  readonly id: string;
  readonly summary: string;
  readonly query?: { readonly shape: Readonly<Record<string, z.ZodMiniType>> };
  readonly body?: SchemaName;
  readonly status: 200 | 202;
  /** The schema of JSON, or what else it is. */
  readonly answer: SchemaName | { readonly contentType: "text/plain" | "application/octet-stream" };
  readonly answerText: string;
  /** In docs/api.md's order; those that every route has are added. */
  readonly codes: readonly RefusalCode[];
}

const decisionCodes: readonly RefusalCode[] = [
  "machine_token",
  "not_found",
  "invalid_input",
  "expired",
  "cancelled",
  "already_decided",
  "stale_digest",
  "stage_not_open",
  "self_approval",
  "not_eligible",
  "duplicate_vote",
  "decision_not_allowed",
  "idempotency_conflict",
];

const requirementAnswer = {
  status: 200,
  answer: "Requirement",
  answerText: "The requirement as it is now.",
} as const;
const runAnswer = { status: 200, answer: "Run", answerText: "The run as the caller may see it." } as const;

/** What the document says about each route; a route of wiring.ts without an entry does not compile. */
export const operations: { readonly [Route in RouteName]: Operation } = {
  "GET /health": {
    id: "readHealth",
    summary: "Answers once the service is ready.",
    status: 200,
    answer: "Health",
    answerText: "Ready.",
    codes: [],
  },
  "GET /openapi.json": {
    id: "readApi",
    summary: "This document.",
    status: 200,
    answer: "OpenApi",
    answerText: "OpenAPI 3.1.",
    codes: [],
  },
  "GET /config.json": {
    id: "readConfig",
    summary: "Where to sign in, and as which client.",
    status: 200,
    answer: "Config",
    answerText: "The public settings.",
    codes: [],
  },
  "GET /runs": {
    id: "listRuns",
    summary: "One's own runs, newest first; all of them for auditors, and without their content for admins.",
    query: runsQuerySchema,
    status: 200,
    answer: "RunList",
    answerText: "A page of runs.",
    codes: ["invalid_input"],
  },
  "GET /runs/:run": {
    id: "readRun",
    summary:
      "A run; `wait` answers when its status changes or is not the one `seen`, at most that many seconds later.",
    query: runQuerySchema,
    ...runAnswer,
    codes: ["not_found", "invalid_input"],
  },
  "GET /runs/:run/messages": {
    id: "listMessages",
    summary: "The conversation of a run, oldest first, for its asker and for auditors.",
    query: listQuerySchema,
    status: 200,
    answer: "MessageList",
    answerText: "A page of the conversation.",
    codes: ["not_found", "invalid_input"],
  },
  "GET /requirements": {
    id: "listRequirements",
    summary: "Requirements that the caller may see, newest first.",
    query: requirementsQuerySchema,
    status: 200,
    answer: "RequirementList",
    answerText: "A page of requirements.",
    codes: ["invalid_input"],
  },
  "GET /requirements/:requirement": {
    id: "readRequirement",
    summary: "One requirement.",
    ...requirementAnswer,
    codes: ["not_found", "invalid_input"],
  },
  "GET /requirements/:requirement/eligibility": {
    id: "readEligibility",
    summary: "Who may decide now, and why others may not.",
    status: 200,
    answer: "Eligibility",
    answerText: "The asker and the pools' members, each judged as their vote would be.",
    codes: ["not_found", "invalid_input"],
  },
  "GET /ledger/key": {
    id: "readLedgerKey",
    summary:
      "The verifier key of the ledger (C2SP signed-note); get it once, in a way that you trust, and keep it.",
    status: 200,
    answer: { contentType: "text/plain" },
    answerText: "One line: name, id and Ed25519 key.",
    codes: [],
  },
  "GET /ledger/entries": {
    id: "listEntries",
    summary:
      "Entries of the ledger, oldest first: all for auditors, those of a requirement for whoever may see it.",
    query: ledgerQuerySchema,
    status: 200,
    answer: "EntryList",
    answerText: "A page of entries.",
    codes: ["not_found", "invalid_input"],
  },
  "POST /ledger/entries/:index/disclose": {
    id: "discloseEntry",
    summary:
      "For auditors: what an entry commits to, with the salts that open it. It is recorded before it is answered.",
    body: "Empty",
    status: 200,
    answer: "Disclosure",
    answerText: "Each commitment with its salt and value.",
    codes: ["not_found", "invalid_input", "erased"],
  },
  "GET /ledger/receipts/:requirement": {
    id: "readReceipt",
    summary:
      "The receipt (C2SP tlog-proof) of the entry that settled the requirement, or of the one that `entry` names.",
    query: receiptQuerySchema,
    status: 200,
    answer: { contentType: "text/plain" },
    answerText: "The receipt, with the entry's own bytes as its extra data.",
    codes: ["not_found", "invalid_input"],
  },
  "GET /ledger/checkpoint": {
    id: "readCheckpoint",
    summary:
      "The newest checkpoint (C2SP tlog-checkpoint), for auditors, or for everybody where the log is public.",
    status: 200,
    answer: { contentType: "text/plain" },
    answerText: "A signed note.",
    codes: ["not_found", "invalid_input"],
  },
  "GET /ledger/tile/:tile{.+}": {
    id: "readTile",
    summary:
      "A file of the log in the layout of C2SP tlog-tiles, for the same readers as the checkpoint; `tile` holds slashes.",
    status: 200,
    answer: { contentType: "application/octet-stream" },
    answerText: "Hashes, or entries each behind its length.",
    codes: ["not_found", "invalid_input"],
  },
  "POST /agents/:agent/runs": {
    id: "startRun",
    summary: "Starts a run of an agent for the caller.",
    body: "StartRun",
    status: 202,
    answer: "Run",
    answerText: "The run has been stored and goes on by itself.",
    codes: ["not_found", "invalid_input", "unsatisfiable_policy", "idempotency_conflict"],
  },
  "POST /runs/:run/cancel": {
    id: "cancelRun",
    summary: "Cancels a run, by its asker or an admin; a call that is running finishes.",
    body: "Empty",
    ...runAnswer,
    codes: ["not_found", "invalid_input", "not_eligible", "too_late"],
  },
  "POST /requirements/:requirement/decisions": {
    id: "decide",
    summary: "A person's decision on what they were shown.",
    body: "Decision",
    ...requirementAnswer,
    codes: decisionCodes,
  },
  "POST /requirements/:requirement/answers": {
    id: "answer",
    summary: "A person's answer about a call of which nobody knows whether it ran.",
    body: "Answers",
    ...requirementAnswer,
    codes: decisionCodes,
  },
  "POST /requirements/:requirement/withdraw": {
    id: "withdraw",
    summary: "The asker takes one request back.",
    body: "Empty",
    ...requirementAnswer,
    codes: ["not_found", "invalid_input", "expired", "cancelled", "not_eligible", "too_late"],
  },
  "POST /subjects/:subject/erase": {
    id: "eraseSubject",
    summary:
      "Erases what the runs of a person, and those about them, kept of arguments, words and results, by an admin.",
    body: "Empty",
    status: 200,
    answer: "Erased",
    answerText: "How many runs of theirs are erased now, those from before included.",
    codes: ["machine_token", "not_found", "invalid_input", "in_use", "too_late"],
  },
  "POST /runs/:run/continue": {
    id: "continueRun",
    summary: "Decides or answers several requirements of a run, each judged alone as its own route would.",
    body: "Continue",
    status: 200,
    answer: "Continued",
    answerText: "The run, and for each entry the status and code of its own route.",
    codes: ["machine_token", "not_found", "invalid_input", "run_not_paused"],
  },
};

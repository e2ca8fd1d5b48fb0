import { answer } from "../http/answer.ts";
import { createApp } from "../http/create-app.ts";
import { describeApi } from "./describe-api.ts";
import { discloseEntry } from "./disclose-entry.ts";
import { listEntries } from "./list-entries.ts";
import { listRequirements } from "./list-requirements.ts";
import { listRuns } from "./list-runs.ts";
import type { ServeReadsParts } from "./parts.ts";
import { readCheckpoint, readKey, readPublicCheckpoint, readPublicTile, readTile } from "./read-log.ts";
import { readMessages } from "./read-messages.ts";
import { readReceipt } from "./read-receipt.ts";
import { readEligibility, readRequirement } from "./read-requirement.ts";
import { readRun } from "./read-run.ts";

/** Every question about runs, requirements and the ledger; all that is written here is who looked. */
export function createHandler(parts: ServeReadsParts): (request: Request) => Promise<Response> {
  return createApp("serve-reads", parts, {
    public: {
      "GET /health": async () => answer({ status: "ok" }),
      "GET /openapi.json": async () =>
        answer(describeApi(parts.config.version, { publicLog: parts.isLogPublic })),
      "GET /config.json": async () => answer(parts.config),
      "GET /ledger/key": () => readKey(parts),
    },
    signedIn: {
      "GET /runs": (request) => listRuns(parts, request),
      "GET /runs/:run": (request) => readRun(parts, request),
      "GET /runs/:run/messages": (request) => readMessages(parts, request),
      "GET /requirements": (request) => listRequirements(parts, request),
      "GET /requirements/:requirement": (request) => readRequirement(parts, request),
      "GET /requirements/:requirement/eligibility": (request) => readEligibility(parts, request),
      "GET /ledger/entries": (request) => listEntries(parts, request),
      "POST /ledger/entries/:index/disclose": (request) => discloseEntry(parts, request),
      "GET /ledger/receipts/:requirement": (request) => readReceipt(parts, request),
      "GET /ledger/checkpoint": (request) => readCheckpoint(parts, request),
      "GET /ledger/tile/:tile{.+}": (request) => readTile(parts, request),
    },
    ...(parts.isLogPublic && {
      opened: {
        "GET /ledger/checkpoint": (request) => readPublicCheckpoint(parts, request),
        "GET /ledger/tile/:tile{.+}": (request) => readPublicTile(parts, request),
      },
    }),
  });
}

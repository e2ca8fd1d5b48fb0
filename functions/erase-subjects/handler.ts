import { type Refused, refuse, refuseMachine } from "../../shared/domain/refusal.ts";
import { emptyBodySchema, type ErasedView, subjectIdSchema } from "../../shared/wire/api.ts";
import { type Answered, answer } from "../http/answer.ts";
import { createApp, type HttpParts, type SignedInRequest } from "../http/create-app.ts";
import { readBody, readIdempotencyKey } from "../http/read-request.ts";
import { eraseSubject, type EraseSubjectParts } from "./erase-subject.ts";

export type EraseSubjectsParts = HttpParts & EraseSubjectParts;

/** Erasing what runs kept about a person. */
export function createHandler(parts: EraseSubjectsParts): (request: Request) => Promise<Response> {
  return createApp("erase-subjects", parts, {
    public: {},
    signedIn: { "POST /subjects/:subject/erase": (request) => erase(parts, request) },
  });
}

/** To everybody but admins there are no subjects, so that nobody learns whom runs are about. */
async function erase(
  parts: EraseSubjectsParts,
  { principal, params, headers, body }: SignedInRequest,
): Promise<Answered | Refused> {
  if (principal.kind === "machine") return refuseMachine();
  if (!principal.groups.includes("admin")) return refuse("not_found", "There is no such subject.");
  const subject = subjectIdSchema.safeParse(params["subject"]);
  if (!subject.success) return refuse("invalid_input", "A subject's id has 1 to 200 characters.");
  const empty = readBody(emptyBodySchema, body);
  if (empty.outcome === "unreadable") return refuse("invalid_input", empty.detail);
  const key = readIdempotencyKey(headers);
  if (key.outcome === "unreadable") return refuse("invalid_input", key.detail);
  const erased = await eraseSubject(parts, { person: principal, subject: subject.data });
  return erased.outcome === "refused" ? erased : answer({ erased: erased.runs } satisfies ErasedView);
}

import { assertNever } from "../../shared/domain/assert-never.ts";
import type { RequirementView, RunView } from "../../shared/wire/api.ts";
import { isRequirementId, isRunId } from "./check-id.ts";
import { isJsonObject } from "./json-object.ts";
import { findMember, isSeeded } from "./people.ts";

// Commands are copied into a shell: what stands in them is a seeded person, or a text of the server's or the model's
// that is checked to be a plain word; what is not leaves the command out.

/** The story's first command; also what is left to do when nothing waits. */
export const askForRefund = 'run support "Refund order 1042, 250.00 because the parcel was lost" --as asker';

/** What moves a requirement on, and who has to type it; `viewer` is who types now. */
export function nextForRequirement(requirement: RequirementView, viewer: string): string {
  const { id, kind, status } = requirement;
  if (!isRequirementId(id)) return `inbox --as ${viewer}`;
  if (status !== "pending") return nextAfterDecision(requirement, viewer);
  const decider = findDecider(requirement, viewer);
  if (decider === undefined) return `show ${id} --as ${viewer}`;
  switch (kind) {
    case "approval":
      return `approve ${id} --as ${decider}`;
    case "reconcile":
      // Of the three answers the one that does nothing; the card says what the others do.
      return `answer ${id} outcome=give-up --as ${decider}`;
    case "input":
    case "external":
      return `show ${id} --as ${viewer}`;
    default:
      return assertNever(kind);
  }
}

/** From a line of the inbox to the whole card. */
export function nextInInbox({ id }: RequirementView, viewer: string): string {
  return isRequirementId(id) ? `show ${id} --as ${viewer}` : `inbox --as ${viewer}`;
}

/** The next step of a run: the first requirement that is open, or a look at what the run did. */
export function nextForRun(run: RunView, viewer: string): string {
  const open = run.requirements.find(({ status }) => status === "pending");
  if (open !== undefined) return nextForRequirement(open, viewer);
  if (run.status === "running" || run.status === "paused") return showRun(run.id, viewer);
  const done = run.requirements.find(({ execution }) => execution?.status === "succeeded");
  return done === undefined ? askForRefund : showEffect(done);
}

function nextAfterDecision(requirement: RequirementView, viewer: string): string {
  const { id, run, status, execution, requester } = requirement;
  if (execution?.status === "succeeded") return showEffect(requirement);
  const isOver = status !== "approved" || execution?.status === "failed" || execution?.status === "refused";
  // A pool's member sees the requirement, not the run.
  if (isOver && isSeeded(requester.subject)) return showRun(run, requester.subject);
  return `show ${id} --as ${viewer}`;
}

/** A seeded person who may answer the open stage, as far as can be told from here; the viewer before others. */
function findDecider({ stages, requester }: RequirementView, viewer: string): string | undefined {
  const open = stages.find(({ status }) => status === "open");
  if (open === undefined) return undefined;
  if (open.by === "asker") return isSeeded(requester.subject) ? requester.subject : undefined;
  const voted = stages.flatMap(({ decisions }) => decisions.map(({ by }) => by));
  return findMember(open.by, { preferred: viewer, except: [requester.subject, ...voted] });
}

const tableOfTool: Readonly<Record<string, { readonly table: string; readonly idField?: string }>> = {
  issue_refund: { table: "orders", idField: "orderId" },
  add_order_note: { table: "orders", idField: "orderId" },
  update_address: { table: "customers", idField: "customerId" },
  delete_customer_data: { table: "customers", idField: "customerId" },
  send_email: { table: "outbox" },
};

/** Where the effect of a call that ran can be seen. */
function showEffect({ tool, input, run, requester }: RequirementView): string {
  const place = tableOfTool[tool];
  if (place !== undefined) {
    const id = readField(input, place.idField);
    return id === undefined ? `demo show ${place.table}` : `demo show ${place.table} ${id}`;
  }
  return isSeeded(requester.subject) ? showRun(run, requester.subject) : askForRefund;
}

function showRun(id: string, viewer: string): string {
  return isRunId(id) ? `show ${id} --as ${viewer}` : `inbox --as ${viewer}`;
}

function readField(input: RequirementView["input"], name: string | undefined): string | undefined {
  if (name === undefined || !isJsonObject(input)) return undefined;
  const value = input[name];
  return typeof value === "string" && isPlainWord(value) ? value : undefined;
}

function isPlainWord(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(text);
}

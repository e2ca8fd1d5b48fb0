import type { EligibilityView, RequirementView, StageView } from "../../shared/wire/api.ts";
import { describeOutcome, describePeople, describeWait } from "./describe-requirement.ts";
import { describeRelative } from "./describe-time.ts";
import { isJsonObject } from "./json-object.ts";
import { printLabelled } from "./print-labelled.ts";
import type { Terminal } from "./terminal.ts";
import { showName, showValue } from "./visible-text.ts";

/** What a person decides on, at its shortest: the tool's sentence and the arguments that will run. */
export function printProposal(terminal: Terminal, requirement: RequirementView): void {
  terminal.print(requirement.effect, "strong");
  printArguments(terminal, requirement);
}

/** The whole card of a requirement, as `viewer` reads it. */
export function printRequirement(
  terminal: Terminal,
  requirement: RequirementView,
  reading: {
    /** Only while somebody can still decide. */
    readonly eligibility: EligibilityView | undefined;
    readonly viewer: string;
    readonly now: number;
  },
): void {
  const { eligibility, viewer, now } = reading;
  const { id, kind, status, version, tool, agent, requester, rule, digest, expiresAt } = requirement;
  const asked = kind === "reconcile" ? "What became of the call?" : kind;
  terminal.print(`${id}: ${status}`, "faint");
  printProposal(terminal, requirement);
  printLabelled(terminal, "Kind", `${asked} (version ${version})`);
  printLabelled(terminal, "Tool", `${tool}, proposed by agent ${agent}`);
  printLabelled(
    terminal,
    "Asked by",
    `${requester.subject}${requester.kind === "machine" ? " (a machine)" : ""}`,
  );
  printLabelled(terminal, "Risk", describeRisk(requirement));
  printLabelled(terminal, "Rule", rule);
  if (requirement.replaces !== undefined) printLabelled(terminal, "Replaces", requirement.replaces);
  for (const [index, stage] of requirement.stages.entries())
    printStage(terminal, stage, index + 1, requirement);
  if (eligibility !== undefined) printEligibility(terminal, eligibility, viewer);
  const expiry = status === "pending" ? ` (${describeRelative(expiresAt, now)})` : "";
  printLabelled(terminal, "Expires", `${expiresAt}${expiry}`);
  const outcome = describeOutcome(requirement);
  if (outcome !== undefined) printLabelled(terminal, "Execution", outcome);
  printLabelled(terminal, "Digest", digest);
  if (requirement.receipt !== undefined)
    printLabelled(terminal, "Receipt", `entry ${requirement.receipt.index} of the ledger`);
  printRationale(terminal, requirement.rationale);
  if (kind === "reconcile" && status === "pending") printSettlements(terminal);
}

/** One line: what, for whom, who has to act, how long. */
export function printRequirementLine(terminal: Terminal, requirement: RequirementView, now: number): void {
  const { id, effect, requester, expiresAt } = requirement;
  const parts = [
    `${id}  ${effect}`,
    `asked by ${requester.subject}`,
    `waits for ${describeWait(requirement)}`,
    `expires ${describeRelative(expiresAt, now)}`,
  ];
  terminal.print(parts.join(" | "));
}

function printArguments(terminal: Terminal, { input }: RequirementView): void {
  if (input === undefined) return printLabelled(terminal, "Arguments", "not shown to you");
  if (!isJsonObject(input)) {
    return printLabelled(terminal, "Argument", showValue(input));
  }
  const members = Object.entries(input);
  if (members.length === 0) return printLabelled(terminal, "Arguments", "none");
  for (const [name, value] of members) terminal.print(`  ${showName(name)}: ${showValue(value)}`);
}

function printStage(
  terminal: Terminal,
  stage: StageView,
  place: number,
  { requester }: RequirementView,
): void {
  const people = describePeople(stage, requester);
  printLabelled(terminal, `Stage ${place}`, `${people}: ${stage.status}, ${stage.got} of ${stage.need}`);
  for (const { by, decision, at, comment, channel } of stage.decisions) {
    const said = comment === undefined ? "" : `: ${showValue(comment)}`;
    terminal.print(`    ${decision} by ${by} at ${at} (${channel})${said}`);
  }
}

function printEligibility(
  terminal: Terminal,
  { eligible, excluded, you }: EligibilityView,
  viewer: string,
): void {
  const names = eligible.map(({ subject }) => subject);
  printLabelled(terminal, "May decide", names.length === 0 ? "nobody" : names.join(", "));
  for (const { subject, code, detail } of excluded) terminal.print(`    not ${subject}: ${detail} (${code})`);
  if (you.reason === undefined || excluded.some(({ subject }) => subject === viewer)) return;
  terminal.print(`    not you: ${you.reason.detail} (${you.reason.code})`);
}

function describeRisk({ risk, reversible }: RequirementView): string {
  const undo = reversible ? "can be undone" : "cannot be undone";
  return [`${risk.level}, ${undo}`, ...risk.reasons].join("; ");
}

/** Set apart, in quotes, and with its author named: a model's words must not read as ours. */
function printRationale(terminal: Terminal, rationale: string | undefined): void {
  if (rationale === undefined || rationale === "") return;
  terminal.print("Untrusted, the model's own words:", "faint");
  terminal.print(`    ${showValue(rationale)}`, "faint");
}

function printSettlements(terminal: Terminal): void {
  terminal.print("Answers:");
  terminal.print("    outcome=happened   it happened: the model is told so");
  terminal.print("    outcome=run-again  it did not happen: the tool runs once more");
  terminal.print("    outcome=give-up    leave it: the model is told that nobody knows");
}

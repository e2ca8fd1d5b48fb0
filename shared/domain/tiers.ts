/**
 * The tiers of a tool and their composition (docs/design.md section 1): none, user confirmation, admin approval, both
 * in order, audit.
 */
export interface GateDeclaration {
  readonly readOnly?: boolean;
  /** The person who asked confirms before anything else. */
  readonly requiresConfirmation?: boolean;
  readonly approval?: Approval;
  /** Another system does the work and posts the result back. */
  readonly externalExecution?: boolean;
  /** Fields of the input that a person fills in, or `true` for a tool that is nothing but questions. */
  readonly requiresUserInput?: readonly string[] | true;
}

export type Approval =
  | { readonly type: "audit" }
  | {
      readonly type: "required";
      readonly pool: string;
      /** How many distinct people have to approve; default 1. */
      readonly approvals?: number;
      /** How many rejections end it; default 1. */
      readonly rejections?: number;
    };

/** Who decides in a stage: the asker, or anybody eligible of one of these pools. */
export type StageBy = "asker" | readonly string[];

export interface StageRule {
  readonly by: StageBy;
  readonly approvals: number;
  readonly rejections: number;
  readonly expiresInSeconds: number;
}

export type Gate =
  | { readonly mode: "none" }
  | { readonly mode: "audit" }
  | { readonly mode: "people"; readonly stages: readonly [StageRule, ...StageRule[]] }
  /** Declared, but this version cannot wait for it: every call is refused with the reason. */
  | { readonly mode: "refused"; readonly reason: string };

export const defaultExpirySeconds = 7 * 24 * 60 * 60;

const mostApprovals = 20;

/** Composes a tool's declaration into its gate; throws at start-up for one that is open or contradicts itself. */
export function gateOf(tool: string, declaration: GateDeclaration): Gate {
  const { approval, readOnly = false, requiresConfirmation = false } = declaration;
  const gated = requiresConfirmation || approval !== undefined || waitsForOthers(declaration);
  if (!readOnly && !gated) {
    throw new Error(
      `Tool "${tool}" is neither readOnly nor gated: add readOnly: true, requiresConfirmation: true or approval: {…}.`,
    );
  }
  if (readOnly && gated) {
    throw new Error(`Tool "${tool}" is readOnly and gated at once: drop readOnly, or the gate.`);
  }
  if (readOnly) return { mode: "none" };
  if (declaration.externalExecution === true) {
    return {
      mode: "refused",
      reason: `${tool} is done by an outside system, which this version cannot wait for yet.`,
    };
  }
  if (declaration.requiresUserInput !== undefined) {
    return {
      mode: "refused",
      reason: `${tool} needs answers from a person, which this version cannot collect yet.`,
    };
  }
  return peopleOrAudit(tool, requiresConfirmation, approval);
}

function waitsForOthers(declaration: GateDeclaration): boolean {
  return declaration.externalExecution === true || declaration.requiresUserInput !== undefined;
}

function peopleOrAudit(tool: string, requiresConfirmation: boolean, approval: Approval | undefined): Gate {
  const confirmation: StageRule = {
    by: "asker",
    approvals: 1,
    rejections: 1,
    expiresInSeconds: defaultExpirySeconds,
  };
  if (approval === undefined) return { mode: "people", stages: [confirmation] };
  if (approval.type === "audit") {
    return requiresConfirmation ? { mode: "people", stages: [confirmation] } : { mode: "audit" };
  }
  const signOff = signOffOf(tool, approval);
  return { mode: "people", stages: requiresConfirmation ? [confirmation, signOff] : [signOff] };
}

function signOffOf(tool: string, approval: Extract<Approval, { type: "required" }>): StageRule {
  const { pool, approvals = 1, rejections = 1 } = approval;
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(pool)) {
    throw new Error(
      `Tool "${tool}" names the pool "${pool}": take a-z, 0-9 and hyphen, 63 characters at most.`,
    );
  }
  for (const [what, count] of Object.entries({ approvals, rejections })) {
    if (!Number.isInteger(count) || count < 1 || count > mostApprovals) {
      throw new Error(
        `Tool "${tool}" asks for ${count} ${what}: take a whole number from 1 to ${mostApprovals}.`,
      );
    }
  }
  return { by: [pool], approvals, rejections, expiresInSeconds: defaultExpirySeconds };
}

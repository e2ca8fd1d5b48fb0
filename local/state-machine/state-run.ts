import type { JsonValue } from "../../shared/ledger/json-value.ts";
import { buildContext, findItem, type MapItem } from "./context-object.ts";
import type { Assignments, IntegerField, StringField } from "./definition.ts";
import { readVariables, type Branch, type Execution } from "./execution.ts";
import { evaluateExpression, wrongType, type Bindings } from "./expressions.ts";
import { dataLimitExceeded, EvaluationFailure, MAX_PAYLOAD_BYTES } from "./failure.ts";
import { countBytes } from "./json-text.ts";
import { evaluateTemplate, type Template } from "./payload-template.ts";

/** One branch at work on one state. */
export interface StateRun {
  readonly execution: Execution;
  readonly branch: Branch;
  readonly machineName: string;
  readonly now: number;
}

/** Members of `$states` beyond `input` and `context`. */
export interface StatesMembers {
  readonly result?: JsonValue;
  readonly errorOutput?: JsonValue;
}

/** What a state does next: leave with values that were checked, or wait for what its phase says. */
export interface Leaving {
  readonly output: JsonValue;
  /** The branch's own variables as they are after the state. */
  readonly variables: Readonly<Record<string, JsonValue>>;
  /** Undefined = the end of the branch. */
  readonly next: string | undefined;
}

/** Limit for all variables of a scope together (Step Functions quota: 10 MiB per execution). */
const MAX_VARIABLES_BYTES = 10_485_760;

export function bind(
  run: StateRun,
  members: StatesMembers,
  inside: { readonly token?: string | null; readonly item?: MapItem } = {},
): Bindings {
  const { branch, execution, machineName } = run;
  const context = buildContext({
    machineName,
    execution,
    branch,
    token: inside.token ?? null,
    item: inside.item ?? findItem(branch),
  });
  return {
    variables: readVariables(branch),
    states: { input: branch.input, context, ...members },
    nowMillis: run.now,
  };
}

/** Evaluates Assign and Output, both with the variables of state entry. */
export async function prepareLeaving(
  run: StateRun,
  fields: {
    readonly output: Template | undefined;
    readonly assign?: Assignments | undefined;
    readonly next: string | undefined;
  },
  fallback: JsonValue,
  members: StatesMembers,
): Promise<Leaving> {
  const { branch } = run;
  const needsBindings = fields.output !== undefined || fields.assign !== undefined;
  const bindings = needsBindings ? bind(run, members) : undefined;
  let output = fallback;
  let variables = branch.variables;
  if (bindings !== undefined && fields.assign !== undefined) {
    const assigned: [string, JsonValue][] = [];
    for (const [name, template] of fields.assign) {
      const value = await evaluateTemplate(template, bindings);
      checkSize(value, branch.state);
      assigned.push([name, value]);
    }
    variables = { ...branch.variables, ...Object.fromEntries(assigned) };
    checkSize(variables, branch.state, MAX_VARIABLES_BYTES);
  }
  if (bindings !== undefined && fields.output !== undefined) {
    output = await evaluateTemplate(fields.output, bindings);
  }
  checkSize(output, branch.state);
  return { output, variables, next: fields.next };
}

/** Throws `States.DataLimitExceeded` for JSON text of more than 256 KiB. */
export function checkSize(value: JsonValue, place: string, limit = MAX_PAYLOAD_BYTES): void {
  if (countBytes(value) > limit) throw dataLimitExceeded(place);
}

export async function evaluateInteger(field: IntegerField, bindings: Bindings): Promise<number> {
  if (typeof field === "number") return field;
  const { expression, minimum, maximum } = field;
  const value = await evaluateExpression(expression, bindings);
  if (typeof value !== "number") throw wrongType(expression, "number", value);
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    throw new EvaluationFailure(
      `The JSONata expression '${expression.text}' specified for the field '${expression.field}' ` +
        `returned ${value}, which is not an integer from ${minimum} to ${maximum}.`,
    );
  }
  return value;
}

export async function evaluateString(field: StringField, bindings: Bindings): Promise<string> {
  if (typeof field === "string") return field;
  const value = await evaluateExpression(field, bindings);
  if (typeof value !== "string") throw wrongType(field, "string", value);
  return value;
}

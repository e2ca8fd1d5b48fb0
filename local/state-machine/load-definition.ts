import { assertNever } from "../../shared/domain/assert-never.ts";
import { MAX_SECONDS, type LoadedDefinition, type State, type StatesBlock } from "./definition.ts";
import { DefinitionRefused } from "./definition-refused.ts";
import { FieldReader, isArray } from "./read-fields.ts";
import { loadState } from "./load-state.ts";

/** Step Functions quota. */
const MAX_STATE_NAME_LENGTH = 80;

interface Scope {
  readonly language: string;
  /** Variables of the enclosing blocks, which this one may read and must not assign. */
  readonly outerVariables: ReadonlySet<string>;
}

/**
 * Checks a JSONata definition of the Amazon States Language and compiles its expressions. Throws `DefinitionRefused`
 * for whatever the interpreter would not run exactly as AWS does: unknown state types and fields, JSONPath, other
 * resources, reserved error names it never raises, expressions that do not parse or read what is not there, and
 * transitions to states that do not exist.
 */
export function loadDefinition(definition: unknown): LoadedDefinition {
  const fields = new FieldReader(definition, null, "");
  const version = fields.take("Version");
  if (version !== undefined && version !== "1.0") fields.refuse("Version", 'must be "1.0"');
  const language = readLanguage(fields, "JSONPath");
  const timeoutSeconds = fields.has("TimeoutSeconds")
    ? fields.takeInteger("TimeoutSeconds", 1, MAX_SECONDS, 1)
    : undefined;
  const block = loadBlock(fields, { language, outerVariables: new Set() });
  return { source: JSON.stringify(definition), block, timeoutSeconds };
}

function loadBlock(fields: FieldReader, scope: Scope): StatesBlock {
  fields.takeComment();
  const startAt = fields.takeString("StartAt");
  const definitions = Object.entries(readObject(fields, "States"));
  if (definitions.length === 0) fields.refuse("States", "must have at least one state");
  fields.finish();
  // An inner block must know the outer names before the outer block is loaded.
  const assigned = definitions.flatMap(([, state]) => findAssigned(state));
  const inner: Scope = { ...scope, outerVariables: new Set([...scope.outerVariables, ...assigned]) };

  const states = new Map<string, State>();
  for (const [name, definition] of definitions) {
    const reader = new FieldReader(definition, name, "");
    if (name.length > MAX_STATE_NAME_LENGTH) reader.refuse("(name)", "has more than 80 characters");
    requireJsonata(reader, scope);
    const own = findAssigned(definition).find((variable) => scope.outerVariables.has(variable));
    if (own !== undefined) {
      reader.refuse(`Assign/${own}`, "assigns a variable of the enclosing states; choose another name");
    }
    states.set(
      name,
      loadState(name, reader, (processor) => loadBlock(processor, inner)),
    );
    reader.finish();
  }
  if (!states.has(startAt)) fields.refuse("StartAt", `names "${startAt}", which is not among the States`);
  for (const state of states.values()) checkTargets(state, states);
  return { startAt, states };
}

function requireJsonata(state: FieldReader, scope: Scope): void {
  const language = readLanguage(state, scope.language);
  if (language === "JSONata") return;
  state.refuse("QueryLanguage", `is ${language}; the local engine runs JSONata only, so set it to JSONata`);
}

function readLanguage(fields: FieldReader, inherited: string): string {
  const language = fields.takeOptionalString("QueryLanguage") ?? inherited;
  if (language === "JSONata" || language === "JSONPath") return language;
  return fields.refuse("QueryLanguage", "must be JSONata");
}

function readObject(fields: FieldReader, field: string): object {
  const value = fields.take(field);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  return fields.refuse(field, "must be an object");
}

/** Every state that this one may go to must be in its own block. */
function checkTargets(state: State, states: ReadonlyMap<string, State>): void {
  for (const [field, target] of listTargets(state)) {
    if (!states.has(target)) {
      throw new DefinitionRefused(state.name, field, `names "${target}", which is not a state beside it`);
    }
  }
}

function listTargets(state: State): readonly (readonly [string, string])[] {
  switch (state.type) {
    case "Choice":
      return [
        ...state.rules.map((rule, index) => [`Choices[${index}]/Next`, rule.next] as const),
        ...(state.otherwise === undefined ? [] : [["Default", state.otherwise] as const]),
      ];
    case "Succeed":
    case "Fail":
      return [];
    case "Task":
    case "Map":
      return [
        ...listNext(state.next),
        ...state.catch.map((catcher, index) => [`Catch[${index}]/Next`, catcher.next] as const),
      ];
    case "Pass":
    case "Wait":
      return listNext(state.next);
    default:
      return assertNever(state);
  }
}

function listNext(next: string | undefined): readonly (readonly [string, string])[] {
  return next === undefined ? [] : [["Next", next]];
}

/** The variables that a raw state assigns itself, in a rule or in a Catch. */
function findAssigned(state: unknown): readonly string[] {
  if (typeof state !== "object" || state === null) return [];
  const own = "Assign" in state && typeof state.Assign === "object" ? Object.keys(state.Assign ?? {}) : [];
  const choices = "Choices" in state && isArray(state.Choices) ? state.Choices : [];
  const catchers = "Catch" in state && isArray(state.Catch) ? state.Catch : [];
  return [...own, ...[...choices, ...catchers].flatMap(findAssigned)];
}

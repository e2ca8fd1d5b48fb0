import { MAX_SECONDS, type Assignments, type BoundedExpression, type StringField } from "./definition.ts";
import { DefinitionRefused } from "./definition-refused.ts";
import type { StatesField } from "./inspect-expression.ts";
import { compileTemplate, TemplateRefused, type Template } from "./payload-template.ts";

/** `$states` in a field that is evaluated before the state has done its work, and after. */
export const readableBefore: readonly StatesField[] = ["input", "context"];
export const readableAfter: readonly StatesField[] = ["input", "result", "context"];
export const readableInCatch: readonly StatesField[] = ["input", "errorOutput", "context"];

/** Unicode identifier, at most 80 characters (States language, "State Machine Variables"). */
const variableName = /^\p{ID_Start}\p{ID_Continue}{0,79}$/u;

/** Fields of JSONPath states that people carry over most. */
const jsonPathFields = new Set([
  "InputPath",
  "ItemsPath",
  "OutputPath",
  "Parameters",
  "Result",
  "ResultPath",
  "ResultSelector",
  "SecondsPath",
  "TimeoutSecondsPath",
  "TimestampPath",
  "Variable",
]);

/**
 * Reads one JSON object of a definition field by field. `finish` refuses every field that nobody read, so nothing of a
 * definition can be ignored by accident.
 */
export class FieldReader {
  readonly state: string | null;
  readonly #prefix: string;
  readonly #fields: ReadonlyMap<string, unknown>;
  readonly #unread: Set<string>;

  /** `place` is the path of the object within the state, empty for the state itself. */
  constructor(value: unknown, state: string | null, place: string) {
    this.state = state;
    this.#prefix = place === "" ? "" : `${place}/`;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new DefinitionRefused(state, place === "" ? "(itself)" : place, "is not an object");
    }
    this.#fields = new Map(Object.entries(value));
    this.#unread = new Set(this.#fields.keys());
  }

  path(field: string): string {
    return `${this.#prefix}${field}`;
  }

  refuse(field: string, problem: string): never {
    throw new DefinitionRefused(this.state, this.path(field), problem);
  }

  has(field: string): boolean {
    return this.#fields.has(field);
  }

  take(field: string): unknown {
    this.#unread.delete(field);
    return this.#fields.get(field);
  }

  finish(): void {
    for (const field of this.#unread) {
      if (jsonPathFields.has(field))
        this.refuse(field, "belongs to JSONPath; say it with the fields of JSONata");
      this.refuse(field, "is not supported by the local engine here; remove it");
    }
  }

  takeString(field: string): string {
    const value = this.take(field);
    if (typeof value === "string" && value !== "") return value;
    return this.refuse(field, this.has(field) ? "must be a non-empty string" : "is missing");
  }

  takeOptionalString(field: string): string | undefined {
    return this.has(field) ? this.takeString(field) : undefined;
  }

  /** A comment has no effect; it must still be text. */
  takeComment(): void {
    const comment = this.take("Comment");
    if (comment !== undefined && typeof comment !== "string") this.refuse("Comment", "must be a string");
  }

  takeInteger(field: string, minimum: number, maximum: number, fallback: number): number {
    if (!this.has(field)) return fallback;
    const value = this.take(field);
    if (typeof value === "number" && Number.isInteger(value) && value >= minimum && value <= maximum)
      return value;
    return this.refuse(field, `must be an integer from ${minimum} to ${maximum}`);
  }

  /** An integer or a JSONata string for one. */
  takeIntegerField(
    field: string,
    minimum: number,
    maximum: number,
    fallback: number,
  ): number | BoundedExpression {
    if (typeof this.#fields.get(field) !== "string")
      return this.takeInteger(field, minimum, maximum, fallback);
    const template = this.takeTemplate(field, readableBefore);
    if (template?.kind === "expression") return { expression: template.expression, minimum, maximum };
    return this.refuse(field, `must be an integer from ${minimum} to ${maximum} or a {% JSONata %} string`);
  }

  takeSeconds(field: string, minimum: number): number | BoundedExpression {
    return this.takeIntegerField(field, minimum, MAX_SECONDS, MAX_SECONDS);
  }

  takeStringField(field: string): StringField | undefined {
    if (!this.has(field)) return undefined;
    const template = this.takeTemplate(field, readableBefore);
    if (template?.kind === "expression") return template.expression;
    if (template?.kind === "literal" && typeof template.value === "string") return template.value;
    return this.refuse(field, "must be a string or a {% JSONata %} string");
  }

  takeTemplate(field: string, readable: readonly StatesField[]): Template | undefined {
    return this.has(field) ? this.#compile(field, this.take(field), readable) : undefined;
  }

  takeAssignments(readable: readonly StatesField[]): Assignments | undefined {
    if (!this.has("Assign")) return undefined;
    const variables = this.take("Assign");
    if (typeof variables !== "object" || variables === null || Array.isArray(variables)) {
      return this.refuse("Assign", "must be an object of variables");
    }
    return Object.entries(variables).map(([name, value]) => {
      const place = `Assign/${name}`;
      if (name === "states") this.refuse(place, 'names the reserved variable "states"; choose another name');
      if (!variableName.test(name)) this.refuse(place, "must be an identifier of at most 80 characters");
      return [name, this.#compile(place, value, readable)] as const;
    });
  }

  takeArray(field: string): readonly unknown[] | undefined {
    if (!this.has(field)) return undefined;
    const value: unknown = this.take(field);
    return isArray(value) ? value : this.refuse(field, "must be an array");
  }

  #compile(field: string, value: unknown, readable: readonly StatesField[]): Template {
    try {
      return compileTemplate(value, this.path(field), readable);
    } catch (error) {
      if (error instanceof TemplateRefused)
        throw new DefinitionRefused(this.state, error.field, error.message);
      throw error;
    }
  }
}

/** `Array.isArray` without the `any` of its own type. */
export function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

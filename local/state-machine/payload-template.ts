import type { JsonValue } from "../../shared/ledger/json-value.ts";
import { assertNever } from "../../shared/domain/assert-never.ts";
import {
  compileExpression,
  evaluateExpression,
  readJsonataString,
  type Bindings,
  type Expression,
} from "./expressions.ts";
import type { StatesField } from "./inspect-expression.ts";

/** A field whose value is JSON with JSONata strings anywhere in it; parts without any are literals. */
export type Template =
  | { readonly kind: "literal"; readonly value: JsonValue }
  | { readonly kind: "expression"; readonly expression: Expression }
  | { readonly kind: "array"; readonly items: readonly Template[] }
  | { readonly kind: "object"; readonly entries: readonly (readonly [string, Template])[] };

/** Throws `TemplateRefused`, which names the innermost field, for what is no JSON or no valid JSONata. */
export function compileTemplate(value: unknown, field: string, readable: readonly StatesField[]): Template {
  if (typeof value === "string") return compileString(value, field, readable);
  if (value === null || typeof value === "boolean" || typeof value === "number")
    return { kind: "literal", value };
  if (Array.isArray(value)) {
    const items = value.map((item, index) => compileTemplate(item, `${field}[${index}]`, readable));
    const literals = items.filter((item) => item.kind === "literal");
    if (literals.length < items.length) return { kind: "array", items };
    return { kind: "literal", value: literals.map((item) => item.value) };
  }
  if (typeof value !== "object") throw new TemplateRefused(field, "is not JSON");
  const entries = Object.entries(value).map(
    ([key, item]) => [key, compileTemplate(item, `${field}/${key}`, readable)] as const,
  );
  const literals = entries.flatMap(([key, item]) =>
    item.kind === "literal" ? [[key, item.value] as const] : [],
  );
  if (literals.length < entries.length) return { kind: "object", entries };
  return { kind: "literal", value: Object.fromEntries(literals) };
}

/** Evaluates every expression in it; throws `EvaluationFailure`. */
export async function evaluateTemplate(template: Template, bindings: Bindings): Promise<JsonValue> {
  switch (template.kind) {
    case "literal":
      return template.value;
    case "expression":
      return evaluateExpression(template.expression, bindings);
    case "array": {
      const items: JsonValue[] = [];
      for (const item of template.items) items.push(await evaluateTemplate(item, bindings));
      return items;
    }
    case "object": {
      const entries: [string, JsonValue][] = [];
      for (const [key, item] of template.entries) entries.push([key, await evaluateTemplate(item, bindings)]);
      return Object.fromEntries(entries);
    }
    default:
      return assertNever(template);
  }
}

/** A template that cannot be loaded; `field` is the place within the state. */
export class TemplateRefused extends Error {
  override readonly name = "TemplateRefused";
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

function compileString(value: string, field: string, readable: readonly StatesField[]): Template {
  const text = readJsonataString(value);
  if (text !== undefined) {
    try {
      return { kind: "expression", expression: compileExpression(text, field, readable) };
    } catch (error) {
      throw new TemplateRefused(field, error instanceof Error ? error.message : String(error));
    }
  }
  if (value.startsWith("{%")) throw new TemplateRefused(field, "starts with {% but does not end with %}");
  return { kind: "literal", value };
}

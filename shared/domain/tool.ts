import * as z from "zod/mini";
import type { JsonValue } from "../ledger/json-value.ts";
import type { AgentTables } from "./agent-tables.ts";
import type { Requester } from "./requester.ts";
import { type ToolName, toolNameSchema } from "./ids.ts";
import { jsonValueSchema } from "./json.ts";
import { type Gate, gateOf, type GateDeclaration } from "./tiers.ts";

/** What a tool may use while it runs. Everything it needs of the world it gets from here or brings itself. */
export interface ToolContext {
  readonly tenant: string;
  readonly run: string;
  readonly call: string;
  /** The requirement that people approved; absent for read-only and audit calls. */
  readonly requirement?: string;
  /** For whom the run acts, from verified claims. */
  readonly asker: Requester;
  /** The same for every attempt of this call: hand it to the outside system, or key your own rows with it. */
  readonly idempotencyKey: string;
  readonly tables: AgentTables;
  readonly signal: AbortSignal;
  /** Epoch milliseconds by the server's clock. */
  readonly now: () => number;
}

export interface ToolDefinition<Input> extends GateDeclaration {
  /** 1 to 64 characters of a-z, 0-9 and underscore. */
  readonly name: string;
  /** For the model. */
  readonly description: string;
  readonly input: z.ZodMiniType<Input>;
  /** One plain sentence for the people who decide: what happens in the world if this runs. */
  readonly effect?: (input: Input) => string;
  readonly risk?: RiskLevel;
  /** Whether the effect can be undone by ordinary means; unknown counts as no. */
  readonly reversible?: boolean;
  /** True only if running twice with one idempotency key has one effect: then a crash is mended by running again. */
  readonly idempotent?: boolean;
  /** Says why this input is refused without asking anybody; the model reads the sentence. */
  readonly refuse?: (input: Input) => string | undefined;
  /**
   * Whom a call is about, as your systems name them (customer ids), so that its run is found when they are to be erased:
   * by the input alone before it runs, and by input and output after. At most 20, of 200 characters.
   */
  readonly subjects?: (input: Input, output?: JsonValue) => readonly string[];
  readonly run: (input: Input, context: ToolContext) => Promise<JsonValue>;
}

export type RiskLevel = "low" | "medium" | "high";

export type ReadInput =
  | { readonly outcome: "valid"; readonly input: JsonValue }
  /** `problems` are sentences for the model, at most ten. */
  | { readonly outcome: "invalid"; readonly problems: readonly string[] };

/** A tool with its input type closed over, as the run loop and the executor use it. */
export interface Tool {
  readonly name: ToolName;
  readonly description: string;
  /** JSON Schema of the input, for the model. */
  readonly parameters: { readonly [key: string]: JsonValue };
  readonly gate: Gate;
  readonly risk: RiskLevel;
  readonly reversible: boolean;
  readonly idempotent: boolean;
  /** Validates; defaults are filled in, so what is shown is what runs. */
  readonly read: (input: JsonValue) => ReadInput;
  readonly effect: (input: JsonValue) => string;
  readonly refuse: (input: JsonValue) => string | undefined;
  /** Nobody where the declaration throws. */
  readonly subjects: (input: JsonValue, output?: JsonValue) => readonly string[];
  readonly run: (input: JsonValue, context: ToolContext) => Promise<JsonValue>;
}

const jsonObjectSchema = z.record(z.string(), jsonValueSchema);

/**
 * Declares a tool of an agent.
 *
 * Throws at start-up, never later: a tool that is neither read-only nor gated, whose gate cannot be composed, or that
 * people would have to decide about without a sentence of its effect.
 */
export function defineTool<Input>(definition: ToolDefinition<Input>): Tool {
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(definition.name)) {
    throw new Error(
      `Tool name "${definition.name}" is not usable: take a-z, 0-9 and underscore, 64 characters at most.`,
    );
  }
  const gate = gateOf(definition.name, definition);
  const { effect } = definition;
  if (gate.mode === "people" && effect === undefined) {
    throw new Error(
      `Tool "${definition.name}" asks people but has no effect: add effect: (input) => "one sentence".`,
    );
  }
  const read = (input: JsonValue) => definition.input.safeParse(input);
  return {
    name: toolNameSchema.parse(definition.name),
    description: definition.description,
    parameters: jsonObjectSchema.parse(z.toJSONSchema(definition.input, { io: "input" })),
    gate,
    risk: definition.risk ?? "medium",
    reversible: definition.reversible ?? false,
    idempotent: definition.idempotent ?? false,
    read: (input) => {
      const result = read(input);
      if (!result.success) return { outcome: "invalid", problems: problemsOf(result.error) };
      const json = jsonValueSchema.safeParse(result.data);
      return json.success
        ? { outcome: "valid", input: json.data }
        : { outcome: "invalid", problems: ["The input does not come out as JSON."] };
    },
    effect: (input) => effect?.(z.parse(definition.input, input)) ?? definition.description,
    refuse: (input) => refuseSafely(definition, input),
    subjects: (input, output) => readSubjects(definition, input, output),
    run: (input, context) => definition.run(z.parse(definition.input, input), context),
  };
}

function readSubjects<Input>(
  { input: schema, subjects }: ToolDefinition<Input>,
  input: JsonValue,
  output: JsonValue | undefined,
): readonly string[] {
  const parsed = schema.safeParse(input);
  if (subjects === undefined || !parsed.success) return [];
  try {
    return subjects(parsed.data, output);
  } catch {
    return [];
  }
}

/** Why the tool refuses; code of the tool's own that throws is a reason too, so that nobody is asked about it. */
function refuseSafely<Input>(definition: ToolDefinition<Input>, input: JsonValue): string | undefined {
  try {
    const parsed = z.parse(definition.input, input);
    definition.effect?.(parsed);
    definition.subjects?.(parsed);
    return definition.refuse?.(parsed);
  } catch {
    return `"${definition.name}" could not judge this input; its effect, subjects or refuse threw.`;
  }
}

function problemsOf(error: z.core.$ZodError): readonly string[] {
  return error.issues
    .slice(0, 10)
    .map((issue) => `${issue.path.length === 0 ? "input" : issue.path.join(".")}: ${issue.message}`);
}

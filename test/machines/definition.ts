import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

// The part of the Amazon States Language that our machines use; a definition with anything else does not parse.
const templateSchema = z.json();
const languageSchema = { QueryLanguage: z.literal("JSONata").optional() };
const errorEqualsSchema = z.array(z.string()).min(1);

const retrierSchema = z.strictObject({
  ErrorEquals: errorEqualsSchema,
  IntervalSeconds: z.int().positive(),
  MaxAttempts: z.int().positive(),
  BackoffRate: z.number().min(1),
  MaxDelaySeconds: z.int().positive().optional(),
  JitterStrategy: z.literal("FULL").optional(),
});

const catcherSchema = z.strictObject({
  ErrorEquals: errorEqualsSchema,
  Next: z.string(),
  Output: templateSchema.optional(),
});

const taskSchema = z.strictObject({
  ...languageSchema,
  Type: z.literal("Task"),
  Resource: z.string(),
  Arguments: z.strictObject({ FunctionName: z.string(), Payload: z.record(z.string(), templateSchema) }),
  Output: templateSchema.optional(),
  TimeoutSeconds: z.union([z.number(), z.string()]).optional(),
  Retry: z.array(retrierSchema).optional(),
  Catch: z.array(catcherSchema).optional(),
  Next: z.string().optional(),
  End: z.literal(true).optional(),
});

const choiceSchema = z.strictObject({
  ...languageSchema,
  Type: z.literal("Choice"),
  Choices: z.array(
    z.strictObject({ Condition: z.string(), Next: z.string(), Output: templateSchema.optional() }),
  ),
  Default: z.string().optional(),
});

const passSchema = z.strictObject({
  ...languageSchema,
  Type: z.literal("Pass"),
  Output: templateSchema.optional(),
  Next: z.string().optional(),
  End: z.literal(true).optional(),
});

const failSchema = z.strictObject({
  ...languageSchema,
  Type: z.literal("Fail"),
  Error: z.string(),
  Cause: z.string(),
});

const stepSchema = z.discriminatedUnion("Type", [taskSchema, choiceSchema, passSchema, failSchema]);

const mapSchema = z.strictObject({
  ...languageSchema,
  Type: z.literal("Map"),
  MaxConcurrency: z.int(),
  ItemProcessor: z.strictObject({
    ProcessorConfig: z.strictObject({ Mode: z.literal("INLINE") }),
    StartAt: z.string(),
    States: z.record(z.string(), stepSchema),
  }),
  Output: templateSchema.optional(),
  Next: z.string().optional(),
  End: z.literal(true).optional(),
});

const definitionSchema = z.strictObject({
  Comment: z.string().optional(),
  QueryLanguage: z.literal("JSONata"),
  StartAt: z.string(),
  States: z.record(z.string(), z.discriminatedUnion("Type", [...stepSchema.options, mapSchema])),
});

export type TaskState = z.infer<typeof taskSchema>;
export type ChoiceState = z.infer<typeof choiceSchema>;
export type MapState = z.infer<typeof mapSchema>;
export type State = z.infer<typeof stepSchema> | MapState;
export type MachineDefinition = z.infer<typeof definitionSchema>;

/** The states that can hand over to each other: the machine's own, or those of one iteration of a Map. */
export interface Block {
  readonly startAt: string;
  readonly states: Readonly<Record<string, State>>;
  readonly isIteration: boolean;
}

const goldenFolder = join(import.meta.dirname, "../golden");

export function goldenPath(machine: string): string {
  return join(goldenFolder, `${machine}.asl.json`);
}

/** Reads a committed definition anew, so that a test may change its copy. */
export function readGolden(machine: string): MachineDefinition {
  return parseDefinition(JSON.parse(readFileSync(goldenPath(machine), "utf8")));
}

export function parseDefinition(definition: unknown): MachineDefinition {
  return definitionSchema.parse(definition);
}

export function listBlocks(definition: MachineDefinition): readonly Block[] {
  const { StartAt, States } = definition;
  const iterations = Object.values(States).flatMap((state) =>
    state.Type === "Map"
      ? [{ startAt: state.ItemProcessor.StartAt, states: state.ItemProcessor.States, isIteration: true }]
      : [],
  );
  return [{ startAt: StartAt, states: States, isIteration: false }, ...iterations];
}

export function waitsForToken(state: State): state is TaskState {
  return state.Type === "Task" && state.Resource.endsWith(".waitForTaskToken");
}

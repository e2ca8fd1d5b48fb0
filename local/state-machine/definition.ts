import type { Expression } from "./expressions.ts";
import type { Template } from "./payload-template.ts";

/** A definition that was checked in full; what it holds, the interpreter can run. */
export interface LoadedDefinition {
  /** The definition as JSON text: running executions keep the one they were started with. */
  readonly source: string;
  readonly block: StatesBlock;
  /** Of the whole execution; undefined = the one-year limit alone. */
  readonly timeoutSeconds: number | undefined;
}

/** The `States` of the machine or of one Map's processor. Every `next` in it names one of its states. */
export interface StatesBlock {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}

export type State = TaskState | MapState | ChoiceState | PassState | WaitState | SucceedState | FailState;

interface Named {
  readonly name: string;
}

/** Fields of a state that does its work and leaves; `next` undefined = `End`. */
interface Leaving extends Named {
  readonly next: string | undefined;
  readonly output: Template | undefined;
  readonly assign: Assignments | undefined;
}

/** Variables and the templates of their new values. */
export type Assignments = readonly (readonly [string, Template])[];

/** Fields of the states that may fail without ending the execution. */
interface Guarded extends Leaving {
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

export interface TaskState extends Guarded {
  readonly type: "Task";
  readonly waitsForToken: boolean;
  readonly arguments: Template;
  readonly timeoutSeconds: IntegerField;
}

export interface MapState extends Guarded {
  readonly type: "Map";
  /** Undefined = the state's input is the array. */
  readonly items: Template | undefined;
  readonly itemSelector: Template | undefined;
  /** 0 = as many as AWS runs at once. */
  readonly maxConcurrency: IntegerField;
  /** Evaluated and checked for its type; AWS applies it to distributed Maps only, and so does this interpreter. */
  readonly toleratedFailureCount: IntegerField;
  readonly toleratedFailurePercentage: IntegerField;
  readonly processor: StatesBlock;
}

export interface ChoiceState extends Named {
  readonly type: "Choice";
  readonly rules: readonly ChoiceRule[];
  readonly otherwise: string | undefined;
  readonly output: Template | undefined;
  readonly assign: Assignments | undefined;
}

export interface ChoiceRule {
  readonly condition: boolean | Expression;
  readonly next: string;
  readonly output: Template | undefined;
  readonly assign: Assignments | undefined;
}

export interface PassState extends Leaving {
  readonly type: "Pass";
}

export interface WaitState extends Leaving {
  readonly type: "Wait";
  readonly until:
    | { readonly kind: "seconds"; readonly seconds: IntegerField }
    | { readonly kind: "timestamp"; readonly timestamp: StringField };
}

export interface SucceedState extends Named {
  readonly type: "Succeed";
  readonly output: Template | undefined;
}

export interface FailState extends Named {
  readonly type: "Fail";
  readonly error: StringField | undefined;
  readonly cause: StringField | undefined;
}

export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  /** Undefined = no ceiling. */
  readonly maxDelaySeconds: number | undefined;
  readonly jitter: "FULL" | "NONE";
}

export interface Catcher {
  readonly errorEquals: readonly string[];
  readonly next: string;
  readonly output: Template | undefined;
  readonly assign: Assignments | undefined;
}

/** A number of the definition, or an expression that must give an integer of `minimum` to `maximum`. */
export type IntegerField = number | BoundedExpression;

export interface BoundedExpression {
  readonly expression: Expression;
  readonly minimum: number;
  readonly maximum: number;
}

export type StringField = string | Expression;

/** The longest Task timeout and Wait of Step Functions, and the default of the former: about 1,157 days. */
export const MAX_SECONDS = 99_999_999;

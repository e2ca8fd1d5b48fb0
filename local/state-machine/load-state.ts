import type {
  ChoiceRule,
  ChoiceState,
  FailState,
  MapState,
  PassState,
  State,
  StatesBlock,
} from "./definition.ts";
import type { SucceedState, TaskState, WaitState } from "./definition.ts";
import { loadCatch, loadRetry } from "./load-error-handling.ts";
import { FieldReader, readableAfter, readableBefore } from "./read-fields.ts";

/** AWS writes the partition into the ARN: `aws`, `aws-cn`, `aws-us-gov` and others. */
const lambdaResource = /^arn:aws[a-z-]*:states:::lambda:invoke(?<waits>\.waitForTaskToken)?$/;

/** Loads the states of a Map's processor. */
export type LoadBlock = (fields: FieldReader) => StatesBlock;

/** Turns one state of a definition into its loaded form; throws `DefinitionRefused`. */
export function loadState(name: string, fields: FieldReader, loadBlock: LoadBlock): State {
  fields.takeComment();
  const type = fields.takeString("Type");
  switch (type) {
    case "Task":
      return loadTask(name, fields);
    case "Map":
      return loadMap(name, fields, loadBlock);
    case "Choice":
      return loadChoice(name, fields);
    case "Pass":
      return loadPass(name, fields);
    case "Wait":
      return loadWait(name, fields);
    case "Succeed":
      return loadSucceed(name, fields);
    case "Fail":
      return loadFail(name, fields);
    default:
      return fields.refuse(
        "Type",
        `is ${type}, which the local engine does not run; use Task, Map, Choice, Pass, Wait, Succeed or Fail`,
      );
  }
}

function loadTask(name: string, fields: FieldReader): TaskState {
  const resource = lambdaResource.exec(fields.takeString("Resource"));
  if (resource === null) {
    fields.refuse(
      "Resource",
      "must be arn:aws:states:::lambda:invoke or arn:aws:states:::lambda:invoke.waitForTaskToken",
    );
  }
  if (fields.has("HeartbeatSeconds")) {
    fields.refuse("HeartbeatSeconds", "is not supported by the local engine; use TimeoutSeconds");
  }
  return {
    type: "Task",
    name,
    waitsForToken: resource.groups?.["waits"] !== undefined,
    arguments: loadArguments(fields),
    timeoutSeconds: fields.takeSeconds("TimeoutSeconds", 1),
    output: fields.takeTemplate("Output", readableAfter),
    assign: fields.takeAssignments(readableAfter),
    next: loadNext(fields),
    retry: loadRetry(fields),
    catch: loadCatch(fields),
  };
}

function loadArguments(fields: FieldReader): TaskState["arguments"] {
  const value = fields.take("Arguments");
  const template = fields.takeTemplate("Arguments", readableBefore);
  if (template === undefined) return fields.refuse("Arguments", "is missing; give FunctionName and Payload");
  if (template.kind === "expression") return template;
  const members = new FieldReader(value, fields.state, "Arguments");
  members.takeString("FunctionName");
  members.take("Payload");
  members.finish();
  return template;
}

function loadMap(name: string, fields: FieldReader, loadBlock: LoadBlock): MapState {
  const processor = new FieldReader(fields.take("ItemProcessor"), fields.state, "ItemProcessor");
  if (processor.has("ProcessorConfig")) {
    const config = new FieldReader(
      processor.take("ProcessorConfig"),
      fields.state,
      "ItemProcessor/ProcessorConfig",
    );
    if (config.take("Mode") !== "INLINE")
      config.refuse("Mode", "must be INLINE; the local engine has no distributed Map");
    config.finish();
  }
  const items = fields.takeTemplate("Items", readableBefore);
  const isArray = items?.kind === "array" || (items?.kind === "literal" && Array.isArray(items.value));
  if (items !== undefined && items.kind !== "expression" && !isArray) {
    fields.refuse("Items", "must be an array or a {% JSONata %} string");
  }
  return {
    type: "Map",
    name,
    items,
    itemSelector: fields.takeTemplate("ItemSelector", readableBefore),
    maxConcurrency: fields.takeIntegerField("MaxConcurrency", 0, Number.MAX_SAFE_INTEGER, 0),
    toleratedFailureCount: fields.takeIntegerField("ToleratedFailureCount", 0, Number.MAX_SAFE_INTEGER, 0),
    toleratedFailurePercentage: fields.takeIntegerField("ToleratedFailurePercentage", 0, 100, 0),
    processor: loadBlock(processor),
    output: fields.takeTemplate("Output", readableAfter),
    assign: fields.takeAssignments(readableAfter),
    next: loadNext(fields),
    retry: loadRetry(fields),
    catch: loadCatch(fields),
  };
}

function loadChoice(name: string, fields: FieldReader): ChoiceState {
  const choices = fields.takeArray("Choices") ?? fields.refuse("Choices", "is missing");
  if (choices.length === 0) fields.refuse("Choices", "must have at least one rule");
  return {
    type: "Choice",
    name,
    rules: choices.map((choice, index) =>
      loadRule(new FieldReader(choice, fields.state, `Choices[${index}]`)),
    ),
    otherwise: fields.takeOptionalString("Default"),
    output: fields.takeTemplate("Output", readableBefore),
    assign: fields.takeAssignments(readableBefore),
  };
}

function loadRule(fields: FieldReader): ChoiceRule {
  fields.takeComment();
  const condition = fields.takeTemplate("Condition", readableBefore);
  const rule: ChoiceRule = {
    condition: readCondition(fields, condition),
    next: fields.takeString("Next"),
    output: fields.takeTemplate("Output", readableBefore),
    assign: fields.takeAssignments(readableBefore),
  };
  fields.finish();
  return rule;
}

function readCondition(
  fields: FieldReader,
  template: ReturnType<FieldReader["takeTemplate"]>,
): ChoiceRule["condition"] {
  if (template?.kind === "expression") return template.expression;
  if (template?.kind === "literal" && typeof template.value === "boolean") return template.value;
  return fields.refuse("Condition", "must be true, false or a {% JSONata %} string");
}

function loadPass(name: string, fields: FieldReader): PassState {
  return {
    type: "Pass",
    name,
    output: fields.takeTemplate("Output", readableBefore),
    assign: fields.takeAssignments(readableBefore),
    next: loadNext(fields),
  };
}

function loadWait(name: string, fields: FieldReader): WaitState {
  if (fields.has("Seconds") === fields.has("Timestamp"))
    fields.refuse("Seconds", "or Timestamp must be given, and only one of them");
  const timestamp = fields.takeStringField("Timestamp");
  return {
    type: "Wait",
    name,
    until:
      timestamp === undefined
        ? { kind: "seconds", seconds: fields.takeSeconds("Seconds", 0) }
        : { kind: "timestamp", timestamp },
    output: fields.takeTemplate("Output", readableBefore),
    assign: fields.takeAssignments(readableBefore),
    next: loadNext(fields),
  };
}

function loadSucceed(name: string, fields: FieldReader): SucceedState {
  return { type: "Succeed", name, output: fields.takeTemplate("Output", readableBefore) };
}

function loadFail(name: string, fields: FieldReader): FailState {
  return {
    type: "Fail",
    name,
    error: fields.takeStringField("Error"),
    cause: fields.takeStringField("Cause"),
  };
}

function loadNext(fields: FieldReader): string | undefined {
  if (!fields.has("End")) return fields.takeString("Next");
  if (fields.take("End") !== true) fields.refuse("End", "must be true; to go on, use Next");
  if (fields.has("Next")) fields.refuse("Next", "stands beside End; keep one of them");
  return undefined;
}

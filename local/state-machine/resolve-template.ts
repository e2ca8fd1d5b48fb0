import * as z from "zod/mini";

/** CloudFormation's ways to say a text that is known only when it is deployed. */
type Intrinsic =
  | string
  | { readonly Ref: string }
  | { readonly "Fn::GetAtt": readonly [string, string] }
  | { readonly "Fn::Join": readonly [string, readonly Intrinsic[]] };

const intrinsicSchema: z.ZodMiniType<Intrinsic> = z.union([
  z.string(),
  z.strictObject({ Ref: z.string() }),
  z.strictObject({ "Fn::GetAtt": z.tuple([z.string(), z.string()]) }),
  z.strictObject({ "Fn::Join": z.tuple([z.string(), z.array(z.lazy(() => intrinsicSchema))]) }),
]);

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z.optional(z.record(z.string(), z.unknown())),
});
const templateSchema = z.object({ Resources: z.record(z.string(), resourceSchema) });
const machineSchema = z.object({ StateMachineName: z.string(), DefinitionString: intrinsicSchema });
const functionSchema = z.object({ FunctionName: z.string() });

type Resources = z.infer<typeof templateSchema>["Resources"];

/** A state machine whose definition says names where the template says references. */
export interface ResolvedStateMachine {
  readonly name: string;
  /** The definition in the Amazon States Language; a function's `FunctionName` is its physical name. */
  readonly definition: unknown;
}

/**
 * The state machine called `name` in a synthesized CloudFormation template. Throws an Error for a template without it,
 * and for a reference that has no meaning on one machine.
 */
export function resolveStateMachine(template: unknown, name: string): ResolvedStateMachine {
  const { Resources } = templateSchema.parse(template);
  for (const { Type, Properties } of Object.values(Resources)) {
    if (Type !== "AWS::StepFunctions::StateMachine" || Properties?.["StateMachineName"] !== name) continue;
    const definition: unknown = JSON.parse(
      resolveText(machineSchema.parse(Properties).DefinitionString, Resources),
    );
    return { name, definition };
  }
  throw new Error(`The template has no state machine "${name}"; check its StateMachineName.`);
}

function resolveText(text: Intrinsic, resources: Resources): string {
  if (typeof text === "string") return text;
  if ("Ref" in text) return resolveReference(text.Ref);
  if ("Fn::Join" in text) {
    const [delimiter, parts] = text["Fn::Join"];
    return parts.map((part) => resolveText(part, resources)).join(delimiter);
  }
  return resolveAttribute(text["Fn::GetAtt"], resources);
}

function resolveReference(logicalId: string): string {
  if (logicalId === "AWS::Partition") return "aws";
  throw new Error(`A state machine refers to "${logicalId}", which has no name on one machine.`);
}

function resolveAttribute([logicalId, attribute]: readonly [string, string], resources: Resources): string {
  const resource = resources[logicalId];
  if (resource?.Type === "AWS::Lambda::Function" && attribute === "Arn") {
    return functionSchema.parse(resource.Properties).FunctionName;
  }
  throw new Error(`A state machine refers to "${logicalId}.${attribute}", which is not a function's ARN.`);
}

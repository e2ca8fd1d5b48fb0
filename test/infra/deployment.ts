import * as z from "zod";
import type { CloudTemplate, Stacks } from "./synthesize-stacks.ts";

/** A resource with texts in the place of CloudFormation's references, as it would be deployed. */
export interface DeployedResource {
  readonly type: string;
  readonly id: string;
  readonly arn: string | undefined;
  readonly properties: Readonly<Record<string, unknown>>;
}

export const account = "111122223333";
export const region = "us-east-1";

const pseudoParameters: Readonly<Record<string, string>> = {
  "AWS::AccountId": account,
  "AWS::Partition": "aws",
  "AWS::Region": region,
  "AWS::URLSuffix": "amazonaws.com",
};

const name = z.string();
const joinSchema = z.tuple([z.string(), z.array(z.unknown())]);
const attributeSchema = z.tuple([z.string(), z.string()]);

/** What `stacks` deploy into account 111122223333 and region us-east-1. Throws for a reference it does not know. */
export function deploy(stacks: Stacks): readonly DeployedResource[] {
  return Object.values(stacks).flatMap((template) => {
    const resolver = new Resolver(template, stacks);
    return Object.entries(template.Resources).map(([id, { Type: type, Properties }]) => ({
      type,
      id,
      arn: resolver.arnOf(id),
      properties: z.record(z.string(), z.unknown()).parse(resolver.resolve(Properties)),
    }));
  });
}

class Resolver {
  readonly #template: CloudTemplate;
  readonly #stacks: Stacks;

  constructor(template: CloudTemplate, stacks: Stacks) {
    this.#template = template;
    this.#stacks = stacks;
  }

  resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((part) => this.resolve(part));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value);
    const [[key, argument] = ["", undefined], ...others] = entries;
    const isIntrinsic = others.length === 0 && (key === "Ref" || key.startsWith("Fn::"));
    if (isIntrinsic) return this.#evaluate(key, argument);
    return Object.fromEntries(entries.map(([member, part]) => [member, this.resolve(part)]));
  }

  #evaluate(intrinsic: string, argument: unknown): string {
    switch (intrinsic) {
      case "Ref":
        return this.#reference(name.parse(argument));
      case "Fn::GetAtt":
        return this.#attribute(...attributeSchema.parse(argument));
      case "Fn::Join": {
        const [delimiter, parts] = joinSchema.parse(argument);
        return parts.map((part) => name.parse(this.resolve(part))).join(delimiter);
      }
      case "Fn::Sub":
        return name.parse(argument).replaceAll(/\$\{([^}]+)\}/g, (_, id: string) => this.#reference(id));
      case "Fn::ImportValue":
        return this.#imported(name.parse(argument));
      default:
        throw new Error(`The tests do not know ${intrinsic}.`);
    }
  }

  #imported(exported: string): string {
    for (const template of Object.values(this.#stacks)) {
      for (const { Export, Value } of Object.values(template.Outputs)) {
        if (Export?.Name === exported) return name.parse(new Resolver(template, this.#stacks).resolve(Value));
      }
    }
    throw new Error(`No stack exports ${exported}.`);
  }

  #reference(id: string): string {
    const pseudo = pseudoParameters[id];
    if (pseudo !== undefined) return pseudo;
    const { Type } = this.#find(id);
    const isKnownByArn = ["AWS::SNS::Topic", "AWS::StepFunctions::StateMachine"].includes(Type);
    return (isKnownByArn ? this.arnOf(id) : this.#nameOf(id)) ?? id;
  }

  #attribute(id: string, attribute: string): string {
    const { Type } = this.#find(id);
    const arn = this.arnOf(id);
    if (attribute === "Arn" && arn !== undefined) return arn;
    switch (`${Type} ${attribute}`) {
      case "AWS::DynamoDB::Table StreamArn":
        return `${arn}/stream/label`;
      case "AWS::SQS::Queue QueueName":
        return this.#nameOf(id) ?? id;
      case "AWS::ApiGatewayV2::Api ApiEndpoint":
        return `https://${id}.execute-api.${region}.amazonaws.com`;
      default:
        throw new Error(`The tests do not know ${attribute} of ${Type}.`);
    }
  }

  #find(id: string) {
    const resource = this.#template.Resources[id];
    if (resource === undefined) throw new Error(`The template has no resource ${id}.`);
    return resource;
  }

  #nameOf(id: string): string | undefined {
    const { Type, Properties } = this.#find(id);
    const property = nameProperties[Type];
    const value = property === undefined ? undefined : Properties[property];
    return value === undefined ? undefined : name.parse(this.resolve(value));
  }

  /** `undefined` for a type whose ARN nothing here needs. */
  arnOf(id: string): string | undefined {
    const { Type } = this.#find(id);
    const pattern = arnPatterns[Type];
    return pattern?.replace("{}", this.#nameOf(id) ?? id);
  }
}

const nameProperties: Readonly<Record<string, string>> = {
  "AWS::DynamoDB::Table": "TableName",
  "AWS::IAM::Role": "RoleName",
  "AWS::Kinesis::Stream": "Name",
  "AWS::Lambda::Function": "FunctionName",
  "AWS::Logs::LogGroup": "LogGroupName",
  "AWS::S3::Bucket": "BucketName",
  "AWS::SNS::Topic": "TopicName",
  "AWS::SQS::Queue": "QueueName",
  "AWS::StepFunctions::StateMachine": "StateMachineName",
};

const arnPatterns: Readonly<Record<string, string>> = {
  "AWS::DynamoDB::Table": `arn:aws:dynamodb:${region}:${account}:table/{}`,
  "AWS::Events::Rule": `arn:aws:events:${region}:${account}:rule/{}`,
  "AWS::IAM::Role": `arn:aws:iam::${account}:role/{}`,
  "AWS::KMS::Key": `arn:aws:kms:${region}:${account}:key/{}`,
  "AWS::Kinesis::Stream": `arn:aws:kinesis:${region}:${account}:stream/{}`,
  "AWS::Lambda::Function": `arn:aws:lambda:${region}:${account}:function:{}`,
  "AWS::Logs::LogGroup": `arn:aws:logs:${region}:${account}:log-group:{}:*`,
  "AWS::S3::Bucket": "arn:aws:s3:::{}",
  "AWS::SNS::Topic": `arn:aws:sns:${region}:${account}:{}`,
  "AWS::SQS::Queue": `arn:aws:sqs:${region}:${account}:{}`,
  "AWS::StepFunctions::StateMachine": `arn:aws:states:${region}:${account}:stateMachine:{}`,
};

import { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, StreamViewType, Table, type TableProps } from "aws-cdk-lib/aws-dynamodb";
import { Construct } from "constructs";
import { agentInfra } from "../../agents/infra-catalog.ts";
import { tableNameOf } from "../../shared/names.ts";
import { functions, type FunctionWiring, streams, writesOf } from "../../shared/wiring.ts";
import type { Config } from "../config.ts";
import type { Arns } from "./arns.ts";
import { listFunctions } from "./function-kinds.ts";
import { ledgerPolicy, sealPolicy } from "./ledger-policy.ts";

/** The agents' own tables. */
export const agentTables: readonly string[] = agentInfra.flatMap(({ tables }) => tables);

/** Tables with items that a store's `cleanUpAt` ends; elsewhere nothing is ever cleaned up. */
const tablesWithCleanUp: ReadonlySet<string> = new Set(["work", "decisions", "traces"]);

/** Every table that the wiring names, the ledger and the agents' own. */
export class Tables extends Construct {
  /** DynamoDB streams, by the name of their table. */
  readonly streamArns: ReadonlyMap<string, string>;

  constructor(
    scope: Construct,
    id: string,
    { config, arns }: { readonly config: Config; readonly arns: Arns },
  ) {
    super(scope, id);
    const streamArns = new Map<string, string>();
    const policies = new Map([
      ["ledger", ledgerPolicy(arns, config.retention)],
      ["seal", sealPolicy(arns, config.retention)],
    ]);
    for (const name of [...listTables(config), ...agentTables, "ledger"]) {
      const resourcePolicy = policies.get(name);
      const table = new Table(this, name, {
        ...describeTable(name, config),
        ...(resourcePolicy !== undefined && { resourcePolicy }),
      });
      if (table.tableStreamArn !== undefined) streamArns.set(name, table.tableStreamArn);
    }
    this.streamArns = streamArns;
  }
}

/** The wiring's own tables; those that come with later parts of the design appear when a function first names them. */
function listTables(config: Config): readonly string[] {
  const named = listFunctions(config).flatMap((name): readonly string[] => {
    const { reads, outboxes, checks }: FunctionWiring = functions[name];
    return [...reads, ...outboxes, ...checks, ...writesOf(name, config.spanTransport)];
  });
  return [...new Set(named)].toSorted();
}

/**
 * Keys as `shared/ports/store.ts` has them, and no secondary index. Encrypted under DynamoDB's own key: a customer's
 * key costs 1 USD a month and every request to it, and what must not be read without a second permission, the task
 * tokens, is sealed before it is stored.
 */
function describeTable(name: string, { prefix, retention }: Config): TableProps {
  const stream = streams.find(({ source }) => source === name);
  return {
    tableName: tableNameOf(prefix, name),
    partitionKey: { name: "pk", type: AttributeType.STRING },
    sortKey: { name: "sk", type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: retention === "retain",
    removalPolicy: retention === "retain" ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    ...(tablesWithCleanUp.has(name) && { timeToLiveAttribute: "ttl" }),
    ...(stream !== undefined && {
      stream: stream.carries === "keys" ? StreamViewType.KEYS_ONLY : StreamViewType.NEW_IMAGE,
    }),
  };
}

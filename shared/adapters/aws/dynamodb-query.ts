import { type AttributeValue, type DynamoDBClient, QueryCommand } from "@aws-sdk/client-dynamodb";
import type { Range } from "../../ports/store.ts";
import { type Attributes, readText } from "./dynamodb-attributes.ts";
import { toStoreFault } from "./dynamodb-faults.ts";

/** Sort keys of one partition; a bound that is left out does not bind. */
export interface SortBounds extends Pick<Range, "from" | "before" | "after" | "order"> {
  readonly tableName: string;
  readonly partition: string;
}

interface Bound {
  readonly sort: string;
  readonly isInclusive: boolean;
}

/**
 * At most `limit` items within the bounds, in order, read consistently; `more` if another one follows.
 *
 * A key condition takes one pair of inclusive bounds, and an exclusive start key must lie within them. So the bounds go
 * in as an inclusive pair, and the one or two items right on an exclusive bound are left out here.
 */
export async function queryItems(
  client: DynamoDBClient,
  bounds: SortBounds,
  limit: number,
): Promise<{ readonly items: readonly Attributes[]; readonly more: boolean }> {
  const { lower, upper } = narrow(bounds);
  const edges = [lower, upper].flatMap((bound) => (bound?.isInclusive === false ? [bound.sort] : []));
  const nothing = { items: [], more: false };
  if (bounds.partition === "" || upper?.sort === "") return nothing;
  if (lower !== undefined && upper !== undefined && compareBytes(lower.sort, upper.sort) > 0) return nothing;

  const items: Attributes[] = [];
  // One beyond the page tells whether more follow. An answer ends at 1 MB, whatever its limit.
  let start: Record<string, AttributeValue> | undefined;
  do {
    const page = await sendQuery(client, {
      TableName: bounds.tableName,
      ConsistentRead: true,
      ScanIndexForward: bounds.order === "ascending",
      Limit: limit + 1 + edges.length - items.length,
      ...toCondition(bounds.partition, lower?.sort, upper?.sort),
      ...(start !== undefined && { ExclusiveStartKey: start }),
    });
    items.push(...(page.Items ?? []).filter((item) => !edges.includes(readText(item, "sk"))));
    start = page.LastEvaluatedKey;
  } while (start !== undefined && items.length <= limit);
  return { items: items.slice(0, limit), more: items.length > limit };
}

async function sendQuery(client: DynamoDBClient, input: ConstructorParameters<typeof QueryCommand>[0]) {
  try {
    return await client.send(new QueryCommand(input));
  } catch (error) {
    throw toStoreFault(error, "Query");
  }
}

/** `after` takes the place of the bound on its side where it is the narrower one; no key is an empty text. */
function narrow({ from, before, after, order }: SortBounds): { lower?: Bound; upper?: Bound } {
  let lower = from === undefined || from === "" ? undefined : { sort: from, isInclusive: true };
  let upper = before === undefined ? undefined : { sort: before, isInclusive: false };
  if (after !== undefined && order === "descending") {
    if (upper === undefined || compareBytes(after, upper.sort) < 0)
      upper = { sort: after, isInclusive: false };
  } else if (after !== undefined && after !== "") {
    if (lower === undefined || compareBytes(after, lower.sort) >= 0)
      lower = { sort: after, isInclusive: false };
  }
  return { ...(lower && { lower }), ...(upper && { upper }) };
}

function toCondition(partition: string, lower: string | undefined, upper: string | undefined) {
  const values: Record<string, AttributeValue> = { ":pk": { S: partition } };
  if (lower !== undefined) values[":lower"] = { S: lower };
  if (upper !== undefined) values[":upper"] = { S: upper };
  return {
    KeyConditionExpression: `pk = :pk${toSortCondition(lower, upper)}`,
    ExpressionAttributeValues: values,
  };
}

function toSortCondition(lower: string | undefined, upper: string | undefined): string {
  if (lower !== undefined && upper !== undefined) return " AND sk BETWEEN :lower AND :upper";
  if (lower !== undefined) return " AND sk >= :lower";
  return upper === undefined ? "" : " AND sk <= :upper";
}

function compareBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

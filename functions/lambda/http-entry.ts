import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { Log } from "../../shared/ports/functions.ts";
import { httpEventSchema, toRequest, toResult } from "./api-gateway-event.ts";
import { createEventEntry, type LambdaContext } from "./event-entry.ts";

/** Lambda's form of an HTTP function behind API Gateway. */
export function createHttpEntry(
  handle: (request: Request) => Promise<Response>,
  log: Log,
): (event: unknown, context: LambdaContext) => Promise<APIGatewayProxyStructuredResultV2> {
  return createEventEntry(
    async (event) => toResult(await handle(toRequest(httpEventSchema.parse(event)))),
    log,
  );
}

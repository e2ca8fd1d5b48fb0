import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { FunctionUnavailable } from "../../domain/errors.ts";
import type { InvokeLater } from "../../ports/functions.ts";
import { toServiceFault } from "./service-faults.ts";

/**
 * Hands an event to Lambda's queue, which invokes the function at least once and tries failed invocations twice more.
 * `functionNameOf` gives the deployed name. Permission: lambda:InvokeFunction on that function.
 */
export function createInvokeLater(parts: {
  readonly client: LambdaClient;
  readonly functionNameOf: (name: string) => string;
}): InvokeLater {
  const { client, functionNameOf } = parts;
  return async (name, payload) => {
    const command = new InvokeCommand({
      FunctionName: functionNameOf(name),
      InvocationType: "Event",
      Payload: Buffer.from(JSON.stringify(payload)),
    });
    await client.send(command).catch((error: unknown) => {
      throw toServiceFault(error, `Invoke of ${name}`, FunctionUnavailable);
    });
  };
}

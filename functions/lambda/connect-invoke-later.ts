import { LambdaClient } from "@aws-sdk/client-lambda";
import { createInvokeLater } from "../../shared/adapters/aws/lambda-invoke-later.ts";
import { restrictInvokeLater } from "../../shared/adapters/restrict-store.ts";
import { functionNameOf } from "../../shared/names.ts";
import type { InvokeLater } from "../../shared/ports/functions.ts";
import { type FunctionName, functions } from "../../shared/wiring.ts";
import { clientSettings } from "./client-settings.ts";

/** Runs the functions that `shared/wiring.ts` lets this one invoke. */
export function connectInvokeLater(name: FunctionName, { PREFIX }: { readonly PREFIX: string }): InvokeLater {
  const invokeLater = createInvokeLater({
    client: new LambdaClient(clientSettings),
    functionNameOf: (invoked) => functionNameOf(PREFIX, invoked),
  });
  return restrictInvokeLater(invokeLater, functions[name].invokes, name);
}

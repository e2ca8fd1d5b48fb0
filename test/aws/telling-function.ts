import { randomUUID } from "node:crypto";
import { json } from "node:stream/consumers";
import { CreateFunctionCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { listenOnLoopback } from "../builders/listen-on-loopback.ts";
import { ministackAccount } from "../emulator/ministack.ts";
import { zipHandler } from "./zip-file.ts";

/** Tells the test what it was invoked with, and by which Node. */
const source = `
export async function handler(event) {
  const told = { event, node: process.version };
  await fetch(process.env.TELL, { method: "POST", body: JSON.stringify(told) });
  return {};
}
`;

/** Deploys a function for this test whose every event comes to `hear`, and answers its name. */
export async function deployTellingFunction(
  client: LambdaClient,
  hear: (told: unknown) => void,
): Promise<string> {
  const functionName = `tell-${randomUUID()}`;
  await client.send(
    new CreateFunctionCommand({
      FunctionName: functionName,
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Role: `arn:aws:iam::${ministackAccount.id}:role/tell`,
      Code: { ZipFile: zipHandler(source) },
      Environment: { Variables: { TELL: await listen(hear) } },
      Timeout: 30,
    }),
  );
  return functionName;
}

async function listen(hear: (told: unknown) => void): Promise<string> {
  return listenOnLoopback((request, response) => {
    void json(request).then((told) => {
      hear(told);
      response.end();
    });
  });
}

import { LambdaClient } from "@aws-sdk/client-lambda";
import { describe, expect, inject, test } from "vitest";
import { createInvokeLater } from "../../shared/adapters/aws/lambda-invoke-later.ts";
import { FunctionUnavailable, InvariantBroken, TableNotGranted } from "../../shared/domain/errors.ts";
import { clientSettings } from "./aws-clients.ts";
import { type Fate, refuse, startFaultyProxy } from "./faulty-proxy.ts";
import { deployTellingFunction } from "./telling-function.ts";

const client = new LambdaClient(clientSettings());

async function invokeThrough(fate: Fate): Promise<unknown> {
  const endpoint = await startFaultyProxy(() => fate, { target: inject("awsEndpoint") });
  const faulty = new LambdaClient(clientSettings(endpoint));
  const invokeLater = createInvokeLater({ client: faulty, functionNameOf: (name) => `prefix-${name}` });
  return invokeLater("resume-run", {}).catch((error: unknown) => error);
}

describe("Lambda", () => {
  test("runs the function with the event, after it has answered, on the Node of this process", async () => {
    const told = Promise.withResolvers<unknown>();
    const deployed = await deployTellingFunction(client, told.resolve);
    const asked: string[] = [];
    const invokeLater = createInvokeLater({
      client,
      functionNameOf: (name) => {
        asked.push(name);
        return deployed;
      },
    });
    const event = { releaseAgain: { tenant: "default", requirement: "req_ü" } };
    await invokeLater("resume-run", event);
    expect(asked).toEqual(["resume-run"]);
    expect(await told.promise).toEqual({ event, node: process.version });
  });

  test("that has no such function tells so at once", async () => {
    const invokeLater = createInvokeLater({ client, functionNameOf: (name) => `no-such-${name}` });
    await expect(invokeLater("resume-run", {})).rejects.toBeInstanceOf(InvariantBroken);
  });

  test.each<[string, Fate]>([
    ["is throttled", refuse("TooManyRequestsException", {}, 429)],
    ["fails inside", refuse("ServiceException", {}, 500)],
    ["loses its answers", "lose-answer"],
  ])("that %s may take the event later", async (_, fate) => {
    expect(await invokeThrough(fate)).toBeInstanceOf(FunctionUnavailable);
  });

  test("that refuses the role names the grant, without its words", async () => {
    const error = await invokeThrough(refuse("AccessDeniedException", { message: "SECRET" }, 403));
    expect(error).toBeInstanceOf(TableNotGranted);
    expect(String(error)).not.toContain("SECRET");
  });
});

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { describe, expect, onTestFinished, test } from "vitest";
import { createInvokeLater } from "../../shared/adapters/aws/lambda-invoke-later.ts";
import { type Ministack, startMinistack } from "../emulator/ministack.ts";
import { clientSettings } from "./aws-clients.ts";
import { deployTellingFunction } from "./telling-function.ts";

/** An emulator of this test's own, in whose log one can look. */
async function start(environment: Readonly<Record<string, string>> = {}): Promise<Ministack> {
  const directory = mkdtempSync(join(tmpdir(), "emulator-"));
  const emulator = await startMinistack({ environment, logFile: join(directory, "log") });
  onTestFinished(async () => {
    await emulator.close();
    rmSync(directory, { recursive: true });
  });
  return emulator;
}

function expectLog({ logFile }: Ministack) {
  return expect.poll(() => readFileSync(logFile, "utf8"), { timeout: 30_000 });
}

async function callSns({ endpoint }: Ministack, parameters: Readonly<Record<string, string>>): Promise<void> {
  const credential = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sns/aws4_request";
  await fetch(endpoint, {
    method: "POST",
    headers: { authorization: `${credential}, SignedHeaders=host, Signature=none` },
    body: new URLSearchParams({ Version: "2010-03-31", ...parameters }),
  });
}

/** Whether a process of the group is left. */
function isAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

describe("the emulator", () => {
  test("sends nothing beyond loopback, whatever a resource names", async () => {
    const emulator = await start();
    // An address for documentation (RFC 5737), where nothing is.
    await callSns(emulator, { Action: "CreateTopic", Name: "topic" });
    await callSns(emulator, {
      Action: "Subscribe",
      TopicArn: "arn:aws:sns:us-east-1:000000000000:topic",
      Protocol: "http",
      Endpoint: "http://192.0.2.1/subscriber",
    });
    await expectLog(emulator).toContain("of '192.0.2.1' is refused: the emulator keeps to loopback");
  });

  test("opens no listener beyond loopback, even where it is told to", async () => {
    const emulator = await start({ IOT_MTLS_ENABLED: "1" });
    await expectLog(emulator).toContain("socket.bind of '0.0.0.0' is refused");
  });

  test("ends with every process of its functions", async () => {
    const emulator = await start();
    const client = new LambdaClient(clientSettings(emulator.endpoint));
    const told = Promise.withResolvers<unknown>();
    const deployed = await deployTellingFunction(client, told.resolve);
    await createInvokeLater({ client, functionNameOf: () => deployed })("resume-run", {});
    await told.promise;
    expect(isAlive(emulator.pid)).toBe(true);
    await emulator.close();
    // Until somebody has taken note of its end, a process that ended counts too.
    await expect.poll(() => isAlive(emulator.pid), { timeout: 30_000 }).toBe(false);
  });
});

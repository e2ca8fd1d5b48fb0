import { randomUUID } from "node:crypto";
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { describe, expect, inject, test } from "vitest";
import { createReadSecret } from "../../shared/adapters/aws/read-secret.ts";
import { InvariantBroken, SecretUnavailable, TableNotGranted } from "../../shared/domain/errors.ts";
import { clientSettings } from "./aws-clients.ts";
import { type Fate, type Judge, refuse, startFaultyProxy } from "./faulty-proxy.ts";

const client = new SecretsManagerClient(clientSettings());

async function createSecret(value: { SecretString: string } | { SecretBinary: Uint8Array }): Promise<string> {
  const { ARN = "none" } = await client.send(
    new CreateSecretCommand({ Name: `secret-${randomUUID()}`, ...value }),
  );
  return ARN;
}

/** Counts what is asked, at a clock that stands until it is moved. */
async function openCounted(judge: Judge = () => "pass") {
  const secretId = await createSecret({ SecretString: "first value" });
  const asked: string[] = [];
  const endpoint = await startFaultyProxy(
    (operation, earlier, body) => {
      asked.push(operation);
      return judge(operation, earlier, body);
    },
    { target: inject("awsEndpoint") },
  );
  const time = { now: 1_000_000 };
  const faulty = new SecretsManagerClient(clientSettings(endpoint));
  return { asked, time, secretId, read: createReadSecret({ client: faulty, secretId, now: () => time.now }) };
}

describe("a secret", () => {
  test("is asked for once in five minutes, also by those who come together, and then anew", async () => {
    const { read, asked, time, secretId } = await openCounted();
    expect(await Promise.all([read(), read()])).toEqual(["first value", "first value"]);
    await client.send(new PutSecretValueCommand({ SecretId: secretId, SecretString: "second value" }));
    time.now += 5 * 60 * 1_000 - 1;
    expect(await read()).toBe("first value");
    expect(asked).toEqual(["GetSecretValue"]);
    time.now += 1;
    expect(await read()).toBe("second value");
    expect(asked).toEqual(["GetSecretValue", "GetSecretValue"]);
  });

  test("that could not be read is asked for again by the next call", async () => {
    const { read } = await openCounted((_, earlier) =>
      earlier === 0 ? refuse("AccessDeniedException") : "pass",
    );
    await expect(read()).rejects.toBeInstanceOf(TableNotGranted);
    expect(await read()).toBe("first value");
  });

  test.each<[string, Fate]>([
    ["throttled", refuse("ThrottlingException")],
    ["failing inside", refuse("InternalServiceError", {}, 500)],
    ["losing its answers", "lose-answer"],
  ])("of a service that is %s may be read later", async (_, fate) => {
    const { read } = await openCounted(() => fate);
    await expect(read()).rejects.toBeInstanceOf(SecretUnavailable);
  });

  test("that is not there, or no text, is named in the error", async () => {
    const binary = await createSecret({ SecretBinary: Buffer.from("bytes") });
    for (const secretId of ["no-such-secret", binary]) {
      const error = await createReadSecret({ client, secretId })().catch((fault: unknown) => fault);
      expect(error).toBeInstanceOf(InvariantBroken);
      expect(String(error)).toContain(secretId);
    }
  });
});

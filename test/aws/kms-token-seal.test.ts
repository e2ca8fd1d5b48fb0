import { CreateKeyCommand, DisableKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { describe, expect, inject, test } from "vitest";
import { createKmsOpenToken, createKmsSealToken } from "../../shared/adapters/aws/kms-token-seal.ts";
import {
  InvariantBroken,
  KeyUnavailable,
  TableNotGranted,
  TokenNotOpened,
} from "../../shared/domain/errors.ts";
import { describeTokenSealContract } from "../contract/token-seal-contract.ts";
import { clientSettings } from "./aws-clients.ts";
import { type Judge, refuse, startFaultyProxy } from "./faulty-proxy.ts";

const client = new KMSClient(clientSettings());

async function createKey(): Promise<string> {
  const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
  return KeyMetadata?.Arn ?? "no key";
}

describeTokenSealContract("KMS", async () => {
  const keyId = await createKey();
  const other = await createKey();
  return {
    seal: createKmsSealToken({ client, keyId }),
    open: createKmsOpenToken({ client, keyId }),
    openElsewhere: createKmsOpenToken({ client, keyId: other }),
  };
});

/** A seal whose key is reached through faults, and one sealed text of that key. */
async function openFaulty(judge: Judge) {
  const keyId = await createKey();
  const sealed = await createKmsSealToken({ client, keyId })("token", "req_1");
  const endpoint = await startFaultyProxy(judge, { target: inject("awsEndpoint") });
  const faulty = new KMSClient(clientSettings(endpoint));
  return {
    sealed,
    seal: createKmsSealToken({ client: faulty, keyId }),
    open: createKmsOpenToken({ client: faulty, keyId }),
  };
}

describe("a KMS key", () => {
  test("seals with the requirement as encryption context and names the key when it opens", async () => {
    const bodies: string[] = [];
    const { seal, open } = await openFaulty((_operation, _earlier, body) => {
      bodies.push(body);
      return "pass";
    });
    await open(await seal("token", "req_1"), "req_1");
    const [encrypt, decrypt] = bodies.map((body) => JSON.parse(body) as Record<string, unknown>);
    expect(encrypt?.["EncryptionContext"]).toEqual({ requirement: "req_1" });
    expect(decrypt?.["EncryptionContext"]).toEqual({ requirement: "req_1" });
    expect(decrypt?.["KeyId"]).toBe(encrypt?.["KeyId"]);
  });

  test.each(["InvalidCiphertextException", "IncorrectKeyException"])(
    "that answers %s has not opened the token",
    async (name) => {
      const { open, sealed } = await openFaulty(() => refuse(name, { message: "SECRET" }));
      const error = await open(sealed, "req_1").catch((fault: unknown) => fault);
      expect(error).toBeInstanceOf(TokenNotOpened);
      expect(String(error)).not.toContain("SECRET");
    },
  );

  test("that is disabled can be used later", async () => {
    const keyId = await createKey();
    const sealed = await createKmsSealToken({ client, keyId })("token", "req_1");
    await client.send(new DisableKeyCommand({ KeyId: keyId }));
    await expect(createKmsOpenToken({ client, keyId })(sealed, "req_1")).rejects.toBeInstanceOf(
      KeyUnavailable,
    );
    await expect(createKmsSealToken({ client, keyId })("token", "req_1")).rejects.toBeInstanceOf(
      KeyUnavailable,
    );
  });

  test.each([
    ["is throttled", refuse("ThrottlingException")],
    ["fails inside", refuse("KMSInternalException", {}, 500)],
    ["answers what its model does not know", { status: 503, answer: {} }],
    ["loses its answers", "lose-answer" as const],
  ])("that %s can be used later", async (_, fate) => {
    const { seal, open, sealed } = await openFaulty(() => fate);
    await expect(seal("token", "req_1")).rejects.toBeInstanceOf(KeyUnavailable);
    await expect(open(sealed, "req_1")).rejects.toBeInstanceOf(KeyUnavailable);
  });

  test("whose first answer is lost is asked again", async () => {
    const { open, sealed } = await openFaulty((_, earlier) => (earlier === 0 ? "lose-answer" : "pass"));
    expect(await open(sealed, "req_1")).toBe("token");
  });

  test("that refuses the role names the grant, and one that is not there the deployment", async () => {
    const { seal, open, sealed } = await openFaulty((operation) =>
      refuse(operation === "Encrypt" ? "AccessDeniedException" : "NotFoundException"),
    );
    await expect(seal("token", "req_1")).rejects.toBeInstanceOf(TableNotGranted);
    await expect(open(sealed, "req_1")).rejects.toBeInstanceOf(InvariantBroken);
  });
});

import { createPublicKey, verify } from "node:crypto";
import { CreateKeyCommand, DisableKeyCommand, GetPublicKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { describe, expect, inject, test } from "vitest";
import { connectKmsLedgerSigner } from "../../shared/adapters/aws/kms-ledger-signer.ts";
import { readKmsLedgerTrust } from "../../shared/adapters/aws/kms-ledger-trust.ts";
import { InvariantBroken, KeyUnavailable, TableNotGranted } from "../../shared/domain/errors.ts";
import { formatCheckpoint, openCheckpoint } from "../../shared/ledger/checkpoint.ts";
import { signNote } from "../../shared/ledger/signed-note.ts";
import { hashBytes } from "../builders/sha256.ts";
import { clientSettings } from "./aws-clients.ts";
import { type Judge, refuse, startFaultyProxy } from "./faulty-proxy.ts";

const client = new KMSClient(clientSettings());
const origin = "countersign/000000000000/us-east-1/countersign";
const hash = hashBytes;

async function createKey(KeySpec: "ECC_NIST_EDWARDS25519" | "ECC_NIST_P256" = "ECC_NIST_EDWARDS25519") {
  const { KeyMetadata } = await client.send(new CreateKeyCommand({ KeySpec, KeyUsage: "SIGN_VERIFY" }));
  return KeyMetadata?.Arn ?? "no key";
}

async function openFaulty(judge: Judge) {
  const keyId = await createKey();
  const endpoint = await startFaultyProxy(judge, { target: inject("awsEndpoint") });
  return { client: new KMSClient(clientSettings(endpoint)), keyId, origin, hash };
}

describe("the ledger's key in KMS", () => {
  test("signs checkpoints that its public key verifies, the same each time", async () => {
    const keyId = await createKey();
    const signer = await connectKmsLedgerSigner({ client, keyId, origin, hash });
    const trust = await readKmsLedgerTrust({ client, keyId, origin, hash });
    const text = formatCheckpoint({ origin, size: 7, root: new Uint8Array(32) });
    const [first, second] = await Promise.all([signNote(text, [signer]), signNote(text, [signer])]);
    expect(first).toEqual(second);
    const opened = await openCheckpoint(first.ok ? first.note : "", trust);
    expect(opened).toMatchObject({ ok: true, checkpoint: { size: 7 }, signedBy: [{ name: origin }] });
  });

  test("signs the message itself, so that anybody can verify it with the key that KMS hands out", async () => {
    const keyId = await createKey();
    const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: keyId }));
    const signer = await connectKmsLedgerSigner({ client, keyId, origin, hash });
    const message = Buffer.from("a message");
    const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: "der", type: "spki" });
    expect(verify(null, message, key, await signer.sign(message))).toBe(true);
  });

  test("of another spec is refused", async () => {
    const keyId = await createKey("ECC_NIST_P256");
    const reading = readKmsLedgerTrust({ client, keyId, origin, hash });
    await expect(reading).rejects.toBeInstanceOf(InvariantBroken);
  });

  test("that is disabled can be enabled again, and the error says so", async () => {
    const keyId = await createKey();
    const signer = await connectKmsLedgerSigner({ client, keyId, origin, hash });
    await client.send(new DisableKeyCommand({ KeyId: keyId }));
    const signing = signer.sign(Buffer.from("a message"));
    await expect(signing).rejects.toBeInstanceOf(KeyUnavailable);
    await expect(signing).rejects.toThrow("The ledger's key cannot be used (DisabledException): enable it");
  });

  test.each([
    ["is throttled", refuse("ThrottlingException"), KeyUnavailable],
    ["loses every answer", "lose-answer", KeyUnavailable],
    ["denies access", refuse("AccessDeniedException"), TableNotGranted],
  ] as const)("is reached through a KMS that %s", async (_, judged, expected) => {
    const parts = await openFaulty(() => judged);
    await expect(readKmsLedgerTrust(parts)).rejects.toBeInstanceOf(expected);
    await expect(connectKmsLedgerSigner(parts)).rejects.toBeInstanceOf(expected);
  });
});

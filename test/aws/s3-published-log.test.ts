import { randomUUID } from "node:crypto";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { createS3PublishedLog } from "../../shared/adapters/aws/s3-published-log.ts";
import { InvariantBroken, StoreUnavailable } from "../../shared/domain/errors.ts";
import { listenOnLoopback } from "../builders/listen-on-loopback.ts";
import { describePublishedLogContract } from "../contract/published-log-contract.ts";
import { clientSettings } from "./aws-clients.ts";

const client = new S3Client({ ...clientSettings(), forcePathStyle: true });

/** A bucket as infra/constructs/log-bucket.ts makes it, as far as it decides about puts. */
async function makeBucket(): Promise<string> {
  const Bucket = `log-${randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
  const Rule = { DefaultRetention: { Mode: "GOVERNANCE", Years: 1 } } as const;
  await client.send(
    new PutObjectLockConfigurationCommand({
      Bucket,
      ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", Rule },
    }),
  );
  return Bucket;
}

describePublishedLogContract("S3", async () => createS3PublishedLog({ client, bucket: await makeBucket() }));

describe("the bucket of a published log", () => {
  test("keeps every checkpoint as a version, and every object locked", async () => {
    const bucket = await makeBucket();
    const log = createS3PublishedLog({ client, bucket });
    await log.putOnce("tile/0/000.p/1", Buffer.from("hash"));
    await log.putCheckpoint(Buffer.from("one"), "absent");
    const one = await log.readCheckpoint();
    await log.putCheckpoint(Buffer.from("two"), one?.revision ?? "absent");
    const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    expect(Versions.map(({ Key }) => String(Key)).toSorted()).toEqual([
      "checkpoint",
      "checkpoint",
      "tile/0/000.p/1",
    ]);
    for (const { Key, VersionId } of Versions) {
      const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key, VersionId }));
      expect(head.ObjectLockMode).toBe("GOVERNANCE");
      await expect(
        client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId })),
      ).rejects.toMatchObject({ name: "AccessDenied" });
    }
  });

  test("says what a file is, and how long it may be kept", async () => {
    const bucket = await makeBucket();
    const log = createS3PublishedLog({ client, bucket });
    await log.putOnce("tile/entries/000.p/1", Buffer.from("entry"));
    await log.putCheckpoint(Buffer.from("note"), "absent");
    const headOf = (Key: string) => client.send(new HeadObjectCommand({ Bucket: bucket, Key }));
    expect(await headOf("tile/entries/000.p/1")).toMatchObject({
      ContentType: "application/octet-stream",
      CacheControl: "max-age=31536000, immutable",
    });
    expect(await headOf("checkpoint")).toMatchObject({
      ContentType: "text/plain; charset=utf-8",
      CacheControl: "no-cache",
    });
  });

  test("that is not there is a defect, and one that does not answer may later", async () => {
    const gone = createS3PublishedLog({ client, bucket: `none-${randomUUID()}` });
    await expect(gone.putOnce("tile/0/000", Buffer.from("x"))).rejects.toBeInstanceOf(InvariantBroken);
    const endpoint = await listenOnLoopback((_request, response) => {
      response.writeHead(503).end("<Error><Code>SlowDown</Code></Error>");
    });
    const slow = new S3Client({ ...clientSettings(endpoint), forcePathStyle: true, maxAttempts: 1 });
    const log = createS3PublishedLog({ client: slow, bucket: "log" });
    await expect(log.putOnce("tile/0/000", Buffer.from("x"))).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(log.readCheckpoint()).rejects.toBeInstanceOf(StoreUnavailable);
  });
});

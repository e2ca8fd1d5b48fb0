import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { InvariantBroken, StoreUnavailable } from "../../domain/errors.ts";
import { equalBytes } from "../../ledger/bytes.ts";
import { parseTilePath } from "../../ledger/tile.ts";
import type { PublishedLog } from "../../ports/published-log.ts";
import type { Revision } from "../../ports/store.ts";
import { faultNameOf, toServiceFault } from "./service-faults.ts";

/** A put whose condition does not hold, or that met another one of the same key: nothing was written. */
const refusedNames: ReadonlySet<string> = new Set([
  "PreconditionFailed",
  "ConditionalRequestConflict",
  // The object that was to be replaced is gone.
  "NoSuchKey",
]);

/** Of a bucket that sends whatever it is asked for: what we wrote is shorter by far. */
const longestFile = 16 * 1024 * 1024;

/**
 * A published log as the objects of a bucket, by conditional puts (S3 user guide, "Add preconditions to S3 operations").
 * What keeps them is the bucket's Object Lock: an object has versions, and the first one of a tile is the log's.
 * Permissions: s3:PutObject and s3:GetObject on the objects, s3:ListBucket, without which S3 does not say what is absent.
 */
export function createS3PublishedLog(parts: {
  readonly client: S3Client;
  readonly bucket: string;
}): PublishedLog {
  const { client, bucket } = parts;

  async function get(key: string) {
    try {
      const {
        Body,
        ETag,
        ContentLength = 0,
      } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      if (Body === undefined || ETag === undefined || ContentLength > longestFile) {
        throw new InvariantBroken(`S3 answered for "${key}" with no file of a log: look at the bucket.`);
      }
      return { bytes: await Body.transformToByteArray(), revision: toRevision(ETag) };
    } catch (error) {
      if (error instanceof InvariantBroken) throw error;
      if (faultNameOf(error) === "NoSuchKey") return undefined;
      throw toServiceFault(error, "GetObject", StoreUnavailable);
    }
  }

  /** The SHA-256 goes along because a bucket with Object Lock takes nothing without a checksum. */
  async function put(
    key: string,
    bytes: Uint8Array,
    condition: { readonly IfNoneMatch: "*" } | { readonly IfMatch: string },
  ): Promise<"written" | "refused"> {
    const isCheckpoint = key === checkpointKey;
    try {
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: bytes,
          ChecksumAlgorithm: "SHA256",
          // C2SP tlog-tiles, "Parameters".
          ContentType: isCheckpoint ? "text/plain; charset=utf-8" : "application/octet-stream",
          CacheControl: isCheckpoint ? "no-cache" : "max-age=31536000, immutable",
          ...condition,
        }),
      );
      return "written";
    } catch (error) {
      if (refusedNames.has(faultNameOf(error) ?? "")) return "refused";
      throw toServiceFault(error, "PutObject", StoreUnavailable);
    }
  }

  return {
    read: async (path) => (await get(checkTilePath(path)))?.bytes,
    putOnce: async (path, bytes) => {
      if ((await put(checkTilePath(path), bytes, { IfNoneMatch: "*" })) === "written") return "written";
      const standing = await get(path);
      if (standing === undefined) {
        throw new StoreUnavailable(`S3 refused "${path}" as taken and does not have it: try again.`);
      }
      return equalBytes(standing.bytes, bytes) ? "there" : "differs";
    },
    readCheckpoint: async () => {
      const standing = await get(checkpointKey);
      return standing && { note: standing.bytes, revision: standing.revision };
    },
    putCheckpoint: async (note, expect) => {
      const condition = expect === "absent" ? { IfNoneMatch: "*" as const } : { IfMatch: expect };
      return (await put(checkpointKey, note, condition)) === "written" ? "written" : "conflict";
    },
  };
}

const checkpointKey = "checkpoint";

function checkTilePath(path: string): string {
  if (parseTilePath(path) !== undefined) return path;
  throw new InvariantBroken(`"${path}" is no path of a tile: nothing is read or written there.`);
}

function toRevision(entityTag: string): Revision {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- This adapter alone takes and compares it.
  return entityTag as Revision;
}

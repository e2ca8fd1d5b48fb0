import { S3Client } from "@aws-sdk/client-s3";
import { createS3PublishedLog } from "../../shared/adapters/aws/s3-published-log.ts";
import { restrictPublishedLog } from "../../shared/adapters/restrict-store.ts";
import type { PublishedLog } from "../../shared/ports/published-log.ts";
import { type FunctionName, functions } from "../../shared/wiring.ts";
import { clientSettings } from "./client-settings.ts";

/** A full bundle may have 4 MB, and who writes it has nearly a minute. */
const patience = { requestTimeout: 10_000, socketTimeout: 10_000 };

/** The published log as `shared/wiring.ts` grants it to this function; publish-log's alone may write it. */
export function connectPublishedLog(
  name: FunctionName,
  { LOG_BUCKET: bucket }: { readonly LOG_BUCKET: string },
): PublishedLog {
  const requestHandler = { ...clientSettings.requestHandler, ...patience };
  const client = new S3Client({ ...clientSettings, requestHandler });
  return restrictPublishedLog(createS3PublishedLog({ client, bucket }), functions[name].publishes, name);
}

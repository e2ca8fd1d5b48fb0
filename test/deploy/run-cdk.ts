import { spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { ministackAccount } from "../emulator/ministack.ts";

const root = join(import.meta.dirname, "../..");
const limitMs = 180_000;

/**
 * Runs the pinned CDK CLI against the emulator and answers what it printed. It gets nothing of this process's
 * environment but the PATH: no credentials, profile or proxy of the user's reach it. Throws when it fails, with its
 * last lines.
 */
export async function runCdk(
  cdkArguments: readonly string[],
  { endpoint, home, cwd = root }: { readonly endpoint: string; readonly home: string; readonly cwd?: string },
): Promise<string> {
  const { credentials, region } = ministackAccount;
  const child = spawn(process.execPath, [join(root, "node_modules/aws-cdk/bin/cdk"), ...cdkArguments], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
      HOME: home,
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: "true",
      CDK_DISABLE_VERSION_CHECK: "true",
      CI: "true",
    },
    signal: AbortSignal.timeout(limitMs),
  });
  const [said, complained] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  const printed = `${said}${complained}`;
  const { exitCode: status } = child;
  if (status === 0) return printed;
  throw new Error(
    `cdk ${cdkArguments[0]} ended with ${status}:\n${printed.split("\n").slice(-60).join("\n")}`,
  );
}

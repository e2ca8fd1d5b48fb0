import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { Environment } from "../shared/wire/environment.ts";

const rounds = 20;

/** All that functions may be told (shared/wire/environment.ts); nothing is called while a bundle is only imported. */
const variables = {
  AWS_REGION: "us-east-1",
  PREFIX: "countersign",
  TENANT: "default",
  TOKEN_KEY_ARN: "arn:aws:kms:us-east-1:000000000000:key/1",
  STATE_MACHINE_ARN: "arn:aws:states:us-east-1:000000000000:stateMachine:countersign-run",
  LEDGER_KEY_ARN: "arn:aws:kms:us-east-1:000000000000:key/2",
  LEDGER_ORIGIN: "countersign/000000000000/us-east-1/countersign",
  LOG_BUCKET: "countersign-log",
  PUBLIC_LOG: "on",
  SPAN_STREAM: "countersign-spans",
  MODEL: "model",
  MODEL_KEY_SECRET_ARN: "arn:aws:secretsmanager:us-east-1:000000000000:secret:model",
  MODEL_URL: "http://127.0.0.1:9/v1",
  ISSUER: "http://127.0.0.1:9/oidc",
  CLIENT_IDS: "web",
  GROUPS_CLAIM: "cognito:groups",
  NAME_CLAIM: "username",
} satisfies Required<Environment> & { readonly AWS_REGION: string };

/**
 * The shortest of 20 times from the start of a Node process to its end, in milliseconds, where it imports one bundle and
 * does nothing with it. The bundles take turns, so that what else the machine does falls on all of them.
 */
export function timeStarts(bundles: Readonly<Record<string, Uint8Array>>): Readonly<Record<string, number>> {
  const directory = mkdtempSync(join(tmpdir(), "countersign-bundles-"));
  const shortest: Record<string, number> = {};
  try {
    for (const [name, contents] of Object.entries(bundles)) {
      writeFileSync(join(directory, `${name}.mjs`), contents);
    }
    for (let round = 0; round < rounds; round += 1) {
      for (const name of Object.keys(bundles)) {
        const start = performance.now();
        const { status } = spawnSync(process.execPath, [join(directory, `${name}.mjs`)], { env: variables });
        const milliseconds = performance.now() - start;
        if (status !== 0) throw new Error(`The bundle ${name} cannot be imported.`);
        shortest[name] = Math.min(shortest[name] ?? Infinity, milliseconds);
      }
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
  return shortest;
}

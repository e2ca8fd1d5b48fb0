import { existsSync, globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "./run-cli.ts";
import { type SettledRefund, settleRefund } from "./settled-refund.ts";

// What a played system publishes, as a stranger checks it: with the command line, the key, and no server.

const publishedOf = ({ story }: SettledRefund) => join(story.dataDirectory, "published");

async function verify(directory: string, key: string) {
  return runCli("http://127.0.0.1:1", ["verify", "log", directory, "--key", key]);
}

/** Runs what is scheduled, in which the call's own entry is sealed, too. */
async function sweep({ story }: SettledRefund): Promise<void> {
  await story.advance(60_000);
}

test("the published directory of a played system verifies without it, and grows with it", async () => {
  const settled = await settleRefund();
  const key = (await settled.cli("key")).stdout.trim();
  await sweep(settled);
  const place = publishedOf(settled);
  expect((await verify(place, key)).stdout).toMatch(
    /^Verified: all 4 entries of countersign\.local\/[0-9a-f]{8}\.\n/,
  );
  const before = readFileSync(join(place, "checkpoint"));
  await settled.cli("run", "support", "Refund order 1045, 20.00 because the box was torn", "--as", "asker");
  await sweep(settled);
  expect(readFileSync(join(place, "checkpoint")).equals(before)).toBe(false);
  expect((await verify(place, key)).exitCode).toBe(0);
  expect(settled.story.lines.filter((line) => line.startsWith("alarm"))).toEqual([]);
});

test("the published directory is its owner's alone", async () => {
  const settled = await settleRefund();
  await sweep(settled);
  const place = publishedOf(settled);
  const files = globSync("**", { cwd: place }).map((name) => statSync(join(place, name)));
  expect(files.length).toBeGreaterThan(5);
  for (const { mode } of files) expect(mode & 0o077).toBe(0);
});

test("a published log in which one byte has changed is found tampered, whichever it is", async () => {
  const settled = await settleRefund();
  await sweep(settled);
  const key = (await settled.cli("key")).stdout.trim();
  const place = publishedOf(settled);
  const exits = new Map<string, Set<number>>();
  for (const name of ["checkpoint", "tile/entries/000.p/4", "tile/0/000.p/4"]) {
    const file = join(place, name);
    const bytes = readFileSync(file);
    for (let at = 0; at < bytes.length; at += 5) {
      writeFileSync(file, bytes.with(at, (bytes[at] ?? 0) ^ 4));
      const { exitCode } = await verify(place, key);
      exits.set(name, (exits.get(name) ?? new Set()).add(exitCode));
    }
    writeFileSync(file, bytes);
  }
  expect(exits.get("tile/entries/000.p/4")).toEqual(new Set([1]));
  expect(exits.get("tile/0/000.p/4")).toEqual(new Set([1]));
  // No checkpoint any more, another key's, or one that its own key did not sign so.
  expect(exits.get("checkpoint")).toEqual(new Set([1, 2, 3]));
  expect((await verify(place, key)).exitCode).toBe(0);
});

test("what is published is not changed when somebody changed it: an alarm, and approvals go on", async () => {
  const settled = await settleRefund();
  await sweep(settled);
  const file = join(publishedOf(settled), "tile/0/000.p/4");
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.with(0, (bytes[0] ?? 0) ^ 1));
  await settled.cli("run", "support", "Refund order 1045, 20.00 because the box was torn", "--as", "asker");
  await sweep(settled);
  expect(settled.story.lines).toContain("alarm       published-differs tile");
  expect(existsSync(join(publishedOf(settled), "tile/0/000.p/5"))).toBe(false);
  const sealed = await settled.cli(
    "verify",
    "log",
    `${settled.story.url}/ledger`,
    ...(await asAuditor(settled)),
  );
  expect(sealed.stdout).toMatch(/^Verified: all 5 entries/);
});

async function asAuditor({ cli }: SettledRefund): Promise<readonly string[]> {
  return ["--key", (await cli("key")).stdout.trim(), "--as", "auditor"];
}

test("a public log is verified at its address without signing in, and one that is not wants an auditor", async () => {
  const open = await settleRefund({ isLogPublic: true });
  const closed = await settleRefund();
  for (const [settled, exitCode] of [
    [open, 0],
    [closed, 2],
  ] as const) {
    await sweep(settled);
    const [word, key] = await asAuditor(settled);
    const words = ["verify", "log", `${settled.story.url}/ledger`, String(word), String(key)];
    expect((await runCli("http://127.0.0.1:1", words)).exitCode).toBe(exitCode);
  }
  expect((await open.story.send(undefined, "GET", "/ledger/entries")).code).toBe("unauthenticated");
});

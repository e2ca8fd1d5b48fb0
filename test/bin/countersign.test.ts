import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startStub } from "../local/cli/stub-server.ts";

const bin = join(import.meta.dirname, "../../bin/countersign.mjs");

function runBin(baseUrl: string, ...words: readonly string[]) {
  const env = { ...process.env, COUNTERSIGN_URL: baseUrl, COUNTERSIGN_AS: "" };
  return spawnSync(process.execPath, [bin, ...words], { cwd: tmpdir(), env, encoding: "utf8" });
}

async function findClosedUrl(): Promise<string> {
  await using server = await startStub({});
  return server.url;
}

describe("bin/countersign.mjs", () => {
  test("runs the commands from any directory and hands on their exit code", async () => {
    const url = await findClosedUrl();
    const { status, stdout, stderr } = runBin(url, "inbox", "--as", "finance-1");
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: "",
      stderr: `No server at ${url}: start one with npm start\n`,
    });
  });

  test("ends with 2 when it was typed wrongly", () => {
    expect(runBin("http://127.0.0.1:1", "inbox").status).toBe(2);
  });
});

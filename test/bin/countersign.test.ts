import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const bin = join(import.meta.dirname, "../../bin/countersign.mjs");

function runBin(...words: readonly string[]) {
  const env = { ...process.env, COUNTERSIGN_URL: "http://127.0.0.1:1", COUNTERSIGN_AS: "" };
  return spawnSync(process.execPath, [bin, ...words], { cwd: tmpdir(), env, encoding: "utf8" });
}

describe("bin/countersign.mjs", () => {
  test("runs the commands from any directory and hands on their exit code", () => {
    const { status, stdout, stderr } = runBin("inbox", "--as", "finance-1");
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: "",
      stderr: "No server at http://127.0.0.1:1: start one with npm start\n",
    });
  });

  test("ends with 2 when it was typed wrongly", () => {
    expect(runBin("inbox").status).toBe(2);
  });
});

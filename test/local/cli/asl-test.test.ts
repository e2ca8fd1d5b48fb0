import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeDataDirectory } from "../issuer/start-issuer.ts";
import { runCli } from "./run-cli.ts";

const noServer = "http://127.0.0.1:1";

function writeCase(id: string, output: unknown, definition: object = {}): string {
  const Pass = { Type: "Pass", Output: { sum: "{% 1 + 1 %}" }, End: true };
  return JSON.stringify({
    id,
    languages: ["JSONata"],
    definition: { QueryLanguage: "JSONata", StartAt: "Add", States: { Add: Pass }, ...definition },
    input: {},
    status: "SUCCEEDED",
    output,
    events: [
      ["ExecutionStarted", null],
      ["PassStateEntered", "Add"],
      ["PassStateExited", "Add"],
      ["ExecutionSucceeded", null],
    ],
  });
}

test("asl test prints a line per case and the count last", async () => {
  await using directory = await makeDataDirectory();
  const file = join(directory.path, "cases.jsonl");
  await writeFile(file, `${writeCase("adds", { sum: 2 })}\n`);
  expect(await runCli(noServer, ["asl", "test", file])).toEqual({
    exitCode: 0,
    stderr: "",
    stdout: "passed adds\n1 passed, 0 failed, 0 refused at load\n",
  });
});

test("asl test ends with 1 if a case failed, and says what was different", async () => {
  await using directory = await makeDataDirectory();
  const file = join(directory.path, "cases.jsonl");
  const cases = [
    writeCase("adds", { sum: 2 }),
    writeCase("wrong", { sum: 3 }),
    writeCase("old", {}, { QueryLanguage: "JSONPath" }),
  ];
  await writeFile(file, `${cases.join("\n")}\n`);
  const { exitCode, stdout, stderr } = await runCli(noServer, ["asl", "test", file]);
  const [first, second, third, count] = stdout.split("\n");
  expect(first).toBe("passed adds");
  expect(second).toBe('failed wrong: output: expected {"sum":3}, got {"sum":2}');
  expect(third).toMatch(/^refused old: /);
  expect(count).toBe("1 passed, 1 failed, 1 refused at load");
  expect(stderr).toBe("The engine does not do what was recorded: see the failed cases.\n");
  expect(exitCode).toBe(1);
});

test("asl test of what is no case names file and line", async () => {
  await using directory = await makeDataDirectory();
  const file = join(directory.path, "cases.jsonl");
  await writeFile(file, `${writeCase("adds", { sum: 2 })}\n{}\n`);
  const { exitCode, stderr } = await runCli(noServer, ["asl", "test", file]);
  expect(exitCode).toBe(2);
  expect(stderr.startsWith(`${file}:2 is no state machine case: `)).toBe(true);
});

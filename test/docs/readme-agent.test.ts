import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import * as z from "zod/mini";
import { readDocument, root } from "./read-document.ts";

const [, source = ""] = /^```ts\n([^]*?)^```$/m.exec(readDocument("README.md")) ?? [];

// Inside the project, so that packages resolve, and two folders deep, as `agents/ops` is.
mkdirSync(join(root, ".cache"), { recursive: true });
const folder = mkdtempSync(join(root, ".cache/readme-"));
const file = join(folder, "agent.ts");
writeFileSync(file, source);
afterAll(() => rmSync(folder, { recursive: true }));

test("the README's agent compiles under the project's own rules", () => {
  const config = { extends: "../../tsconfig.json", compilerOptions: { noEmit: true }, include: ["agent.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout, status } = spawnSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" });
  expect({ stdout, status }).toEqual({ stdout: "", status: 0 });
}, 60_000);

test("the README's agent starts, and its second tool waits for the asker and then for two of pool ops", async () => {
  const gateSchema = z.object({
    mode: z.string(),
    stages: z.optional(z.array(z.object({ by: z.unknown(), approvals: z.number() }))),
  });
  const agentSchema = z.object({
    ops: z.object({ tools: z.array(z.object({ name: z.string(), gate: gateSchema })) }),
  });
  const { ops } = agentSchema.parse(await import(file));
  expect(ops.tools).toEqual([
    { name: "read_copies", gate: { mode: "none" } },
    {
      name: "scale_service",
      gate: {
        mode: "people",
        stages: [
          { by: "asker", approvals: 1 },
          { by: ["ops"], approvals: 2 },
        ],
      },
    },
  ]);
});

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findImports, judgeImports } from "./import-table.ts";

const root = join(import.meta.dirname, "../..");
const files = globSync("{agents,bench,bin,functions,infra,local,shared,test,web}/**/*.ts", { cwd: root });

describe("import direction", () => {
  test("every import of the project points the way of the table", () => {
    const refused = files.flatMap((file) => judgeImports(file, readFileSync(join(root, file), "utf8")));
    expect(refused).toEqual([]);
    expect(files.length).toBeGreaterThan(10);
  });

  test.for([
    ["shared/ledger/tree.ts", "zod/mini"],
    ["shared/ledger/tree.ts", "../domain/ids.ts"],
    ["shared/domain/decide.ts", "node:crypto"],
    ["shared/domain/decide.ts", "../wire/ids.ts"],
    ["shared/domain/decide.ts", "zod"],
    ["shared/guardrails/pii.ts", "../ports/clock.ts"],
    ["shared/ports/store.ts", "../records/run.ts"],
    ["shared/wire/run.ts", "../adapters/sqlite/store.ts"],
    ["shared/records/run.ts", "../adapters/sqlite/store.ts"],
    ["shared/wiring.ts", "./records/run.ts"],
    ["shared/adapters/sqlite/store.ts", "../aws/store.ts"],
    ["shared/adapters/store-limits.ts", "./aws/store.ts"],
    ["shared/adapters/sqlite/store.ts", "../../../functions/execute-call/handler.ts"],
    ["functions/execute-call/handler.ts", "../../shared/adapters/sqlite/store.ts"],
    ["functions/execute-call/handler.ts", "../resume-run/handler.ts"],
    ["functions/execute-call/handler.ts", "@aws-sdk/client-dynamodb"],
    ["functions/execute-call/handler.ts", "node:fs"],
    ["functions/execute-call/handler.ts", "../lambda/connect-store.ts"],
    ["functions/execute-call/index.ts", "../../local/main.ts"],
    ["functions/execute-call/index.ts", "@aws-sdk/client-dynamodb"],
    ["functions/lambda/stream-entry.ts", "../append-ledger/handler.ts"],
    ["functions/lambda/connect-model.ts", "../../agents/catalog.ts"],
    ["infra/app.ts", "../shared/records/run.ts"],
    ["infra/app.ts", "../agents/support/agent.ts"],
    ["web/inbox.ts", "../shared/domain/decide.ts"],
    ["agents/support/tools.ts", "../../shared/ports/store.ts"],
    ["agents/support/tools.ts", "../other/tools.ts"],
    ["local/main.ts", "aws-cdk-lib/aws-lambda"],
    ["local/main.ts", "../infra/app.ts"],
    ["shared/helpers/strings.ts", "../domain/ids.ts"],
  ] as const)("%s must not import %s", ([file, specifier]) => {
    expect(judgeImports(file, `import { a } from "${specifier}";`)).toHaveLength(1);
  });

  test.for([
    ["shared/domain/decide.ts", "zod/mini"],
    ["shared/records/run.ts", "../wiring.ts"],
    ["shared/adapters/sqlite/store.ts", "node:sqlite"],
    ["shared/adapters/sqlite/store.ts", "../store-limits.ts"],
    ["shared/adapters/openai/model.ts", "openai/resources/chat/completions"],
    ["shared/adapters/sqlite/store.ts", "@hono/node-server"],
    ["functions/decide/handler.ts", "../http/problem.ts"],
    ["functions/decide/handler.ts", "hono/body-limit"],
    ["functions/decide/index.ts", "../../shared/adapters/aws/store.ts"],
    ["functions/decide/index.ts", "../lambda/connect-store.ts"],
    ["functions/lambda/dynamo-client.ts", "@aws-sdk/client-dynamodb"],
    ["infra/app.ts", "../agents/infra-catalog.ts"],
    ["agents/infra-catalog.ts", "./support/infra.ts"],
    ["agents/support/infra.ts", "aws-cdk-lib/aws-dynamodb"],
    ["local/main.ts", "../functions/decide/handler.ts"],
  ] as const)("%s may import %s", ([file, specifier]) => {
    expect(judgeImports(file, `import { a } from "${specifier}";`)).toEqual([]);
  });

  test("a violation says which file, which import and why", () => {
    expect(judgeImports("shared/ledger/tree.ts", `import "node:fs";`)).toEqual([
      "shared/ledger/tree.ts -> node:fs (shared/ledger/** may import shared/ledger/**)",
    ]);
  });

  test("local code loads the infrastructure with a dynamic import only", () => {
    expect(judgeImports("local/synthesize.ts", `const app = await import("../infra/app.ts");`)).toEqual([]);
  });

  test("no way of writing an import goes unseen", () => {
    const source = [
      `import type { A } from "./type-import.ts";`,
      `import "./side-effect.ts";`,
      `export * from "./export-all.ts";`,
      `export { b } from "./export-named.ts";`,
      `type C = import("./type-query.ts").C;`,
      `const d = await import("./dynamic.ts");`,
      `const e = await import(name);`,
      `export const f = 1; // from "./comment.ts"`,
    ].join("\n");
    expect(findImports("a.ts", source)).toEqual([
      { specifier: "./type-import.ts", dynamic: false },
      { specifier: "./side-effect.ts", dynamic: false },
      { specifier: "./export-all.ts", dynamic: false },
      { specifier: "./export-named.ts", dynamic: false },
      { specifier: "./type-query.ts", dynamic: false },
      { specifier: "./dynamic.ts", dynamic: true },
      { specifier: "name", dynamic: true },
    ]);
  });
});

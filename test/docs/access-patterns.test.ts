import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type CallId, type RequirementId, type RunId } from "../../shared/domain/ids.ts";
import type { ItemKey } from "../../shared/ports/store.ts";
import * as keys from "../../shared/records/keys.ts";
import { functions, streams } from "../../shared/wiring.ts";
import { readDocument, root, rowsOf, sectionOf } from "./read-document.ts";

const document = readDocument("docs/access-patterns.md");
const keyRows = rowsOf(sectionOf(document, "## Keys"));

const run = "run_01jd9z6q4t5x8m2n3p7r9s0v1w" as RunId;
const call = "call_01jd9z6q4t5x8m2n3p7r9s0v1w_1_1" as CallId;
const requirement = "req_01jd9z6q4t5x8m2n3p7r9s0v1w_1_1_1" as RequirementId;

/** The key as the document writes it: names in braces for what was put in. */
function describeKey({ table, partition, sort }: ItemKey): readonly string[] {
  const named = (text: string) =>
    text
      .replaceAll(requirement, "{requirement}")
      .replaceAll(call, "{call}")
      .replaceAll(run, "{run}")
      .replaceAll("000000000000007", "{time}")
      .replaceAll("000007", "{place}")
      .replaceAll("v7", "v{version}")
      .replace(/#7$/, "#{hour}")
      .replace(/^(outbox#\{tenant\})#[0-3]$/, "$1#{shard}");
  return [table, named(partition), named(sort)];
}

describe("docs/access-patterns.md", () => {
  test("names every key that shared/records/keys.ts makes, and no other", () => {
    const exported = Object.keys(keys);
    const made = [...exported, ...Object.keys(keys.lists).map((name) => `lists.${name}`)];
    const notMadeThere = [
      "where the sweep goes on",
      "up to 100 spans of one invocation",
      "an intent",
      "a seal",
      "a row of an agent",
    ];
    const named = keyRows.map(([name]) => name).filter((name) => !notMadeThere.includes(name ?? ""));
    expect(new Set(named)).toEqual(new Set(made));
  });

  test.for([
    ["runKey", keys.runKey("{tenant}", run)],
    ["stepKey", keys.stepKey("{tenant}", run, 7)],
    ["callKey", keys.callKey("{tenant}", run, call)],
    ["requirementKey", keys.requirementKey("{tenant}", requirement)],
    ["executionKey", keys.executionKey("{tenant}", run, call)],
    ["tokenKey", keys.tokenKey("{tenant}", requirement)],
    ["decisionKey", keys.decisionKey("{tenant}", requirement, 7, "{subject}")],
    ["refusedKey", keys.refusedKey("{tenant}", requirement, "{subject}", "{code}", 7)],
    ["poolKey", keys.poolKey("{tenant}", "{pool}")],
  ] as const)("%s is documented as it is", ([name, key]) => {
    expect(keyRows.find(([first]) => first === name)?.slice(1, 4)).toEqual(describeKey(key));
  });

  test.for([
    ["idempotencyKey", keys.idempotencyKey("work", "{tenant}", "{caller}", "{route}", "{key}")],
    ["outboxKey", keys.outboxKey("work", "{tenant}", run, 7, "{entry}")],
  ] as const)("%s of several tables is documented as it is", ([name, key]) => {
    expect(keyRows.find(([first]) => first === name)?.slice(2, 4)).toEqual(describeKey(key).slice(1));
  });

  test.for([
    ["lists.runs", keys.lists.runs("{tenant}")],
    ["lists.runsOf", keys.lists.runsOf("{tenant}", "{subject}")],
    ["lists.runsAbout", keys.lists.runsAbout("{tenant}", "{subject}")],
    ["lists.liveRuns", keys.lists.liveRuns("{tenant}")],
    ["lists.requirements", keys.lists.requirements("{tenant}")],
    ["lists.askedBy", keys.lists.askedBy("{tenant}", "{subject}")],
    ["lists.ofPool", keys.lists.ofPool("{tenant}", "{pool}")],
    ["lists.awaitingPerson", keys.lists.awaitingPerson("{tenant}", "{subject}")],
    ["lists.awaitingPool", keys.lists.awaitingPool("{tenant}", "{pool}")],
    ["lists.due", keys.lists.due("{tenant}")],
    ["decidedBy", keys.decidedBy("{tenant}", "{subject}")],
  ] as const)("the list %s is documented as it is", ([name, partition]) => {
    expect(keyRows.find(([first]) => first === name)?.[2]).toBe(partition);
  });

  test("grants what shared/wiring.ts grants", () => {
    const listed = (names: readonly string[]) => names.join(", ") || "–";
    const wired = Object.entries(functions).map(([name, grant]) => [
      name,
      listed(grant.reads),
      listed([...grant.writes, ...grant.outboxes.map((table) => `outbox of ${table}`)]),
      listed(grant.checks),
      grant.ledger,
      grant.agentTables,
      grant.spans,
      listed(grant.invokes),
    ]);
    expect(rowsOf(sectionOf(document, "## Grants"))).toEqual(wired);
  });

  test("says of every stream what it carries", () => {
    const documented = rowsOf(sectionOf(document, "## Streams")).flatMap(([source = "", carries, name]) =>
      source
        .replace(/:.*/, "")
        .split(", ")
        .map((table) => [table, carries, name]),
    );
    expect(documented).toEqual(streams.map(({ source, carries, function: name }) => [source, carries, name]));
  });

  test("links every file that reads or writes a store", () => {
    const callers = globSync(["functions/**/*.ts", "local/**/*.ts", "shared/records/*.ts"], { cwd: root })
      .filter((file) =>
        /\bstore\.(?:get|query|write)\(|\bwriteOrReload\(/.test(readFileSync(join(root, file), "utf8")),
      )
      .toSorted();
    expect(callers.length).toBeGreaterThan(10);
    expect(callers.filter((file) => !document.includes(`](../${file})`))).toEqual([]);
  });
});

import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import * as z from "zod/mini";
import { runIdSchema } from "../../shared/domain/ids.ts";
import { lists } from "../../shared/records/keys.ts";
import { loadRunKey } from "../../shared/records/vault-records.ts";
import { entryListSchema, runViewSchema } from "../../shared/wire/api.ts";
import { obtainToken } from "../../local/issuer/obtain-token.ts";
import { runCli } from "../local/cli/run-cli.ts";
import { callLine, decide, readRequirement, readRun, startRun, untilAsked, untilRun } from "../story/play.ts";
import { startStory, type Story } from "../story/start-story.ts";
import { findIn, formsOf, formsOfKey, readFiles } from "./data-files.ts";

const message = "CANARY-MESSAGE";
const reason = "CANARY-REASON";
const comment = "CANARY-COMMENT";
const note = "CANARY-NOTE";

/** The refund of the README for customer cus_17, with words in every place that takes some. */
async function playRefund(story: Story): Promise<{ readonly run: string; readonly requirement: string }> {
  const refund = { orderId: "1042", amount: "250.00", currency: "EUR", reason };
  const lines = [callLine("lookup_order", { orderId: "1042" }), "then", callLine("issue_refund", refund)];
  const { body } = await story.send("asker", "POST", "/agents/support/runs", {
    body: { input: [...lines, "then", message].join("\n"), metadata: { note } },
  });
  const run = runViewSchema.parse(body).id;
  const [requirement] = await untilAsked(story, run);
  if (requirement === undefined) throw new Error("Nothing was asked.");
  for (const who of ["asker", "finance-1"]) {
    const { status } = await decide(story, who, requirement, { decision: "approve", comment });
    expect(status).toBe(200);
  }
  await untilRun(story, run, "completed");
  await story.dev.system.events.dispatcher.idle();
  return { run, requirement: requirement.id };
}

async function keyOf(story: Story, run: string): Promise<string> {
  const key = await loadRunKey(story.ports.store, "default", runIdSchema.parse(run));
  if (key?.status !== "kept") throw new Error("The run has no key.");
  return key.key;
}

async function eraseAs(story: Story, who: string, subject: string) {
  const { status, code, body } = await story.send(who, "POST", `/subjects/${subject}/erase`);
  return { status, code, body };
}

async function entriesOf(story: Story, query: string) {
  const { status, body } = await story.send("auditor", "GET", `/ledger/entries${query}`);
  expect(status).toBe(200);
  return entryListSchema.parse(body).items.map(({ entry }) => entry);
}

const words = [message, reason, comment, note].flatMap(formsOf);

describe("erasing a customer", () => {
  test("takes the words and the key out of every file, and leaves who decided and every proof", async () => {
    await using story = await startStory();
    const { run, requirement } = await playRefund(story);
    const key = await keyOf(story, run);
    // Before it, only the key stands in clear.
    expect(findIn(readFiles(story.dataDirectory), words)).toEqual([]);
    expect(findIn(readFiles(story.dataDirectory), formsOfKey(key)).length).toBeGreaterThan(0);
    expect((await readRun(story, run)).input).toContain(message);

    expect((await eraseAs(story, "admin", "cus_17")).body).toEqual({ erased: 1 });

    const gone = [...words, ...formsOfKey(key)];
    expect(findIn(readFiles(story.dataDirectory), gone)).toEqual([]);
    expect((await readRun(story, run)).input).toBe("(erased)");
    expect((await readRun(story, run)).output).toBe("(erased)");
    const shown = await readRequirement(story, requirement);
    expect([shown.effect, shown.input, shown.execution?.output]).toEqual(["(erased)", null, "(erased)"]);
    expect(shown.stages.flatMap(({ decisions }) => decisions.map(({ by }) => by))).toEqual([
      "asker",
      "finance-1",
    ]);

    await story.dev.system.events.dispatcher.idle();
    const about = await entriesOf(story, `?requirement=${requirement}`);
    expect(about.map(({ kind, actor }) => [kind, actor.subject])).toEqual([
      ["requested", "asker"],
      ["confirmed", "asker"],
      ["decided", "finance-1"],
      ["executed", "asker"],
      ["viewed", "auditor"],
    ]);
    const [erased, ...others] = await entriesOf(story, "?kind=erased");
    expect(others).toEqual([]);
    expect(erased).toMatchObject({ run, actor: { kind: "person", subject: "admin" } });
    expect(JSON.stringify(erased)).not.toContain("cus_17");

    await story.dev.system.sweep();
    await expectExportVerifies(story);
    expect(findIn(readFiles(story.dataDirectory), gone)).toEqual([]);
  });

  test("is a command, and the run's receipt still verifies after it", async () => {
    await using story = await startStory();
    const { run, requirement } = await playRefund(story);
    const cli = await cliOf(story);
    expect(await cli("erase", "cus_17", "--as", "admin")).toEqual({
      exitCode: 0,
      stdout: "1 run is erased: arguments, words and results are gone, who decided stays.\n",
      stderr: "",
    });
    expect((await cli("erase", "cus_99", "--as", "admin")).stdout).toBe(
      "No run is linked to this id, so nothing had to be erased.\n",
    );
    expect((await cli("show", run, "--as", "asker")).stdout).toContain("(erased)");
    expect((await cli("show", requirement, "--as", "finance-1")).stdout).toContain("(erased)");
    const receipt = await cli("receipt", requirement, "--as", "finance-1");
    expect(receipt.stdout).toMatch(/^c2sp\.org\/tlog-proof@v1\n/);
  });

  test("also finds what somebody asked for themselves", async () => {
    await using story = await startStory();
    const { run } = await playRefund(story);
    expect((await eraseAs(story, "admin", "asker")).body).toEqual({ erased: 1 });
    expect((await readRun(story, run)).input).toBe("(erased)");
  });
});

async function cliOf(story: Story) {
  const signIn = async (baseUrl: string, person: string) =>
    (await obtainToken({ issuerUrl: `${baseUrl}/oidc`, person })).accessToken;
  return (...line: readonly string[]) => runCli(story.url, line, { signIn });
}

async function expectExportVerifies(story: Story): Promise<void> {
  const place = join(tmpdir(), `countersign-erased-${process.pid}-${story.url.split(":").at(-1)}`);
  onTestFinished(() => rm(place, { recursive: true, force: true }));
  const cli = await cliOf(story);
  expect((await cli("export", place)).exitCode).toBe(0);
  const key = (await cli("key")).stdout.trim();
  expect((await cli("verify", "log", place, "--key", key)).exitCode).toBe(0);
}

describe("a run is linked to whom it is about", () => {
  const rows = async (story: Story, subject: string) =>
    (
      await story.ports.store.query({
        table: "work",
        partition: lists.runsAbout("default", subject),
        order: "ascending",
        limit: 10,
      })
    ).items.map(({ key }) => z.parse(z.string(), key.sort).slice(16));

  test.each([
    ["by what a read found", callLine("lookup_order", { orderId: "1042" }), [], "cus_17"],
    [
      "by what a call is to do",
      callLine("update_address", { customerId: "cus_3", address: "x" }),
      [],
      "cus_3",
    ],
    ["by what an audited call did", callLine("add_order_note", { orderId: "1042", note: "x" }), [], "cus_17"],
    [
      "by what an approved call did",
      callLine("issue_refund", { orderId: "1042", amount: "1.00", currency: "EUR", reason: "x" }),
      ["asker", "finance-1"],
      "cus_17",
    ],
  ] as const)("%s", async (_, input, deciders, subject) => {
    await using story = await startStory();
    const run = await startRun(story, input);
    if (deciders.length > 0) {
      const [requirement] = await untilAsked(story, run);
      if (requirement === undefined) throw new Error("Nothing was asked.");
      for (const who of deciders) await decide(story, who, requirement);
    }
    await untilRun(story, run, ({ status }) => status === "completed" || status === "paused");
    expect(await rows(story, subject)).toEqual([run]);
  });

  test("by who starts it", async () => {
    await using story = await startStory();
    const body = { input: "hello", subjects: ["cus_5", "cus_6", "cus_5"] };
    const started = await story.send("asker", "POST", "/agents/support/runs", { body });
    const { id } = runViewSchema.parse(started.body);
    expect([await rows(story, "cus_5"), await rows(story, "cus_6")]).toEqual([[id], [id]]);
  });
});

describe("who may erase, and when", () => {
  test.each([
    ["asker", 403, "insufficient_scope"],
    ["auditor", 403, "insufficient_scope"],
    ["service", 403, "insufficient_scope"],
  ] as const)("%s may not", async (who, status, code) => {
    await using story = await startStory();
    expect(await eraseAs(story, who, "cus_17")).toMatchObject({ status, code });
  });

  test("nothing is erased while one of the runs goes on, and everything once it was cancelled", async () => {
    await using story = await startStory();
    const { run } = await playRefund(story);
    const waiting = await startRun(story, callLine("update_address", { customerId: "cus_17", address: "x" }));
    await untilAsked(story, waiting);
    const refused = await story.send("admin", "POST", "/subjects/cus_17/erase");
    expect([refused.status, refused.code]).toEqual([409, "in_use"]);
    expect(z.parse(z.looseObject({ detail: z.string() }), refused.body).detail).toBe(
      `${waiting} has not ended: wait or cancel, then erase again. Nothing was erased.`,
    );
    expect((await readRun(story, run)).input).toContain(message);
    await story.send("asker", "POST", `/runs/${waiting}/cancel`);
    await untilRun(story, waiting, "cancelled");
    expect((await eraseAs(story, "admin", "cus_17")).body).toEqual({ erased: 2 });
    expect((await eraseAs(story, "admin", "cus_17")).body).toEqual({ erased: 2 });
    await story.dev.system.events.dispatcher.idle();
    expect((await entriesOf(story, "?kind=erased")).length).toBe(2);
  });
});

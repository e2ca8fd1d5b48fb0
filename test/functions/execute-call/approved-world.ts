import { expect } from "vitest";
import { recordVote } from "../../../functions/record-decisions/record-vote.ts";
import type { Ports } from "../../../local/ports.ts";
import { ReceiptMissing } from "../../../shared/domain/errors.ts";
import type { Requirement } from "../../../shared/domain/requirement.ts";
import type { Committing } from "../../../shared/domain/commitment.ts";
import { policyOf, toolVersionOf } from "../../../shared/domain/stages.ts";
import { formatCheckpoint } from "../../../shared/ledger/checkpoint.ts";
import { decodeHex } from "../../../shared/ledger/hex.ts";
import { signNote } from "../../../shared/ledger/signed-note.ts";
import type { ItemBody } from "../../../shared/ports/store.ts";
import { executionKey } from "../../../shared/records/keys.ts";
import { type Seal, sealPartition } from "../../../shared/records/seal-records.ts";
import { buildAgent, buildRefundTool } from "../../builders/build-agent.ts";
import { digestOfInput } from "../../builders/build-gate.ts";
import {
  builtRun,
  buildRequirementOf,
  expectWritten,
  storeLiveRun,
  storePool,
} from "../../builders/build-live-run.ts";
import { buildPrincipal } from "../../builders/build-principal.ts";
import { buildStage, noon, withDigest } from "../../builders/build-requirement.ts";
import { buildRun } from "../../builders/build-run.ts";
import { buildSystem, type System } from "../../builders/build-system.ts";
import { sha256 } from "../../builders/sha256.ts";
import { blockAfter } from "../../contract/block-builders.ts";
import { buildKeyPair } from "../../shared/ledger/host-crypto.ts";

export const run = buildRun();
export const input = { order: "1042", cents: 25_000 };

export interface World {
  readonly system: System;
  readonly requirement: Requirement;
  readonly effects: unknown[];
}

/** A refund that waits for the asker and two of `finance`; `effects` holds what the tool did. */
export async function buildWorld(wrap: (ports: Ports) => Ports = (ports) => ports): Promise<World> {
  const effects: unknown[] = [];
  const tool = buildRefundTool({
    run: async (given) => {
      effects.push(given);
      return { refunded: given.cents };
    },
  });
  const system = buildSystem({ agents: [buildAgent({ tools: [tool] })], wrap });
  await storePool(system.storage.store, "default", "finance", ["fay", "flo"]);
  const requirement = withDigest(
    buildRequirementOf(run, 1, {
      toolVersion: toolVersionOf(tool, sha256),
      policyHash: policyOf(tool, sha256).hash,
      input,
      inputDigest: digestOfInput(tool, input),
      stages: [buildStage({ by: "asker" }), buildStage({ need: 2, status: "waiting" })],
    }),
  );
  return { system, requirement, effects };
}

/** Asked, and approved by all three, as people do it; `committing` is what the question commits to its input with. */
export async function buildApproved(committing?: Committing, wrap?: (ports: Ports) => Ports): Promise<World> {
  const world = await buildWorld(wrap);
  const { system, requirement } = world;
  await storeLiveRun(system, run, [requirement], committing);
  for (const by of ["asker", "fay", "flo"]) {
    const answer = await recordVote(system.decisions, {
      principal: buildPrincipal(by),
      requirementId: requirement.id,
      proposal: {
        outcome: "read",
        decision: "approve",
        digest: requirement.digest,
        asksForMore: false,
        channel: "api",
      },
    });
    expect(answer.outcome).toBe("decided");
  }
  return world;
}

export const execute = ({ system, requirement }: World) =>
  system.invoke("execute-call", { tenant: "default", runId: builtRun, epoch: 1, callId: requirement.call });

export const alarmsOf = ({ system }: World) =>
  system.log
    .filter(({ level }) => level === "alarm")
    .map(({ event, code }) => `${event} ${code ?? ""}`.trim());

/** What the executor has recorded about the call. */
export async function readOutcome({ system, requirement }: World): Promise<unknown> {
  const [item] = await system.storage.store.get([executionKey("default", builtRun, requirement.call)]);
  return item?.body["code"] ?? item?.body["status"];
}

export async function expectNothingDone(world: World, ...alarms: readonly string[]): Promise<void> {
  await expect(execute(world)).rejects.toThrow(ReceiptMissing);
  expect(world.effects).toEqual([]);
  expect(await readOutcome(world)).toBeUndefined();
  expect(alarmsOf(world)).toEqual(alarms);
}

/** Puts entries into the ledger past its only appender, as whoever writes its table can. */
export async function appendPast(
  { system: { storage } }: World,
  entries: Parameters<typeof blockAfter>[1],
): Promise<void> {
  expect(await storage.ledger.append(blockAfter(await storage.ledger.last(), entries))).toBe("appended");
}

/** A checkpoint over the whole ledger by a key of the log's name that is not the log's. */
export async function sealBy(
  { system: { storage } }: World,
  seed: number,
  origin = "ledger.example/countersign",
): Promise<Seal> {
  const last = await storage.ledger.last();
  const root = decodeHex(last?.root ?? "");
  if (last === undefined || root === undefined) throw new Error("The ledger is empty.");
  const to = last.from + last.entries.length;
  const signed = await signNote(formatCheckpoint({ origin, size: to, root }), [
    buildKeyPair(origin, seed).signer,
  ]);
  if (!signed.ok) throw new Error(signed.why);
  return { v: 1, from: 0, to, root: last.root, at: noon, checkpoint: signed.note };
}

export async function putSeal({ system }: World, seal: ItemBody): Promise<void> {
  const key = {
    table: "seal",
    partition: sealPartition("default"),
    sort: String(seal["from"]).padStart(16, "0"),
  } as const;
  await expectWritten(system.storage.store, [{ action: "put", key, body: seal, expect: "anything" }]);
}

import { expect } from "vitest";
import * as z from "zod";
import { orderSchema } from "../../agents/support/tables.ts";
import type { RequirementId } from "../../shared/domain/ids.ts";
import { runIdSchema } from "../../shared/domain/ids.ts";
import type { AppendedEntry } from "../../shared/ports/ledger-store.ts";
import { createAgentTables } from "../../shared/records/agent-tables.ts";
import { tokenKey } from "../../shared/records/keys.ts";
import { loadRunState } from "../../shared/records/run-records.ts";
import { runViewSchema } from "../../shared/wire/api.ts";
import type { Answer, AwsSystem } from "./aws-system.ts";

const tenant = "default";

export interface Asked {
  readonly run: string;
  readonly requirement: RequirementId;
  readonly digest: string;
}

/** Starts a run and answers what it asks people once it waits, with its token stored and its question sealed. */
export async function ask(system: AwsSystem, agent: string, input: string): Promise<Asked> {
  const { status, body } = await system.send("asker", "POST", `/agents/${agent}/runs`, { input });
  expect(status).toBe(202);
  const run = runIdSchema.parse(runViewSchema.parse(body).id);
  const asked = await system.until(async () => {
    const state = await loadRunState(system.store, tenant, run);
    const [requirement] = state?.requirements ?? [];
    if (requirement === undefined) return undefined;
    const [token] = await system.store.get([tokenKey(tenant, requirement.id)]);
    return token && { run, requirement: requirement.id, digest: requirement.digest };
  });
  await system.pump.idle();
  return asked;
}

export function approve(system: AwsSystem, who: string, { requirement, digest }: Asked): Promise<Answer> {
  const body = { decision: "approve", digest };
  return system.send(who, "POST", `/requirements/${requirement}/decisions`, body);
}

async function expectOk(answer: Promise<Answer>): Promise<void> {
  expect((await answer).status).toBe(200);
}

/** Somebody of a pool finds the requirement in the list, reads it and approves it. */
async function findAndApprove(system: AwsSystem, who: string, asked: Asked): Promise<void> {
  await expectOk(system.send(who, "GET", "/requirements?view=awaiting-me"));
  await expectOk(system.send(who, "GET", `/requirements/${asked.requirement}`));
  // That they saw it comes by a stream of its own, which the decision's would race with.
  await system.pump.idle();
  await expectOk(approve(system, who, asked));
}

/** Sees the run to its end, with everything sealed; answers its state entries. */
async function finish(system: AwsSystem, { run }: Asked): Promise<number> {
  const transitions = await system.ended(run);
  await system.pump.idle();
  await expectOk(system.send("asker", "GET", `/runs/${run}`));
  return transitions;
}

export const refundSentence = "Refund order 1042, 250.00 because the parcel was lost";

/** The story of the README, in seven requests: the asker confirms, one of finance approves. */
export async function playRefund(system: AwsSystem) {
  const asked = await ask(system, "support", refundSentence);
  await expectOk(system.send("asker", "GET", `/runs/${asked.run}`));
  await expectOk(approve(system, "asker", asked));
  await system.pump.idle();
  await findAndApprove(system, "finance-1", asked);
  return { ...asked, transitions: await finish(system, asked) };
}

/** The bench's run in five requests: so many read-only turns, then one call that one person approves. */
export async function playOneGate(system: AwsSystem, turns: number) {
  const asked = await ask(system, "bench", `run=counted turns=${turns}`);
  await findAndApprove(system, "finance-1", asked);
  return { ...asked, transitions: await finish(system, asked) };
}

/** The refunds that stand on an order of the demo, by the requirement that allowed each. */
export async function readRefunds(system: AwsSystem, order: string): Promise<readonly (string | null)[]> {
  const rows = await createAgentTables(system.store, tenant, "support").list("orders");
  const orders = z.array(orderSchema).parse(rows.map(({ value }) => value));
  return orders
    .filter(({ id }) => id === order)
    .flatMap(({ refunds }) => refunds.map(({ requirement }) => requirement));
}

export function kindsOf(entries: readonly AppendedEntry[]): readonly string[] {
  return entries.map(({ entry }) => entry.kind);
}

import { refusedEntry } from "../../shared/domain/entry-ids.ts";
import type { Principal } from "../../shared/domain/principal.ts";
import type { Refused } from "../../shared/domain/refusal.ts";
import type { Requirement } from "../../shared/domain/requirement.ts";
import { refusedKey } from "../../shared/records/keys.ts";
import { outboxWrite } from "../../shared/records/outbox.ts";
import { entryOf } from "../../shared/records/requirement-records.ts";
import type { RecordVoteParts } from "./record-vote.ts";

const hourMilliseconds = 60 * 60 * 1_000;

/**
 * Records a refused attempt with its code (docs/threat-model.md, rule 10): once per person, requirement, code and hour,
 * so that nobody can flood a log that nothing deletes. A refusal that is recorded already, or cannot be, stays a refusal.
 */
export async function recordRefused(
  { store, log }: RecordVoteParts,
  requirement: Requirement,
  principal: Principal,
  { code }: Refused,
  at: number,
): Promise<void> {
  const hour = Math.floor(at / hourMilliseconds);
  const { tenant, id } = requirement;
  const actor = { kind: principal.kind, subject: principal.subject } as const;
  try {
    await store.write([
      {
        action: "put",
        key: refusedKey(tenant, id, actor.subject, code, hour),
        body: { v: 1, requirement: id, subject: actor.subject, code, at },
        expect: "absent",
      },
      outboxWrite({
        ...entryOf(requirement),
        id: refusedEntry(id, actor.subject, code, hour),
        kind: "refused",
        at,
        actor,
        code,
      }),
    ]);
  } catch {
    log({ level: "alarm", event: "refusal-not-recorded", requirement: id, code });
  }
}

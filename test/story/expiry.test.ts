import { describe, expect, test } from "vitest";
import { forgeToken } from "./forge-token.ts";
import {
  approve,
  askOne,
  decide,
  only,
  readOrder,
  readRequirement,
  readToolMessages,
  refundSentence,
  untilRun,
  withdraw,
} from "./play.ts";
import { startStory } from "./start-story.ts";

const minute = 60_000;
const week = 7 * 24 * 60 * minute;

describe("a requirement that nobody decides", () => {
  test("expires after seven days, whoever has confirmed it, and the run goes on with a tool error", async () => {
    await using story = await startStory();
    const { run, requirement } = await askOne(story, refundSentence);
    expect(Date.parse(requirement.expiresAt) - Date.parse(requirement.createdAt)).toBe(604_800_000);
    await approve(story, requirement, "asker");
    await story.advance(week);
    await untilRun(story, run, "completed");
    expect((await decide(story, "finance-1", requirement)).code).toBe("expired");
    expect((await withdraw(story, "asker", requirement)).code).toBe("expired");
    expect(await readRequirement(story, requirement.id)).toMatchObject({
      status: "expired",
      execution: { status: "refused", code: "expired" },
    });
    const messages = await readToolMessages(story, run);
    expect(messages[1]?.content).toBe("Refused: Nobody decided in time, so this call was not approved.");
    expect((await readOrder(story, "1042")).refunds).toEqual([]);
  });

  test("can be decided until the last minute, also by somebody who signs in then", async () => {
    await using story = await startStory();
    const { run, requirement } = await askOne(story, refundSentence);
    await story.advance(week - minute);
    await approve(story, requirement, "asker", "finance-1");
    await untilRun(story, run, "completed");
    expect((await readOrder(story, "1042")).refunds).toHaveLength(1);
  });

  test("has expired by the clock alone, before the sweep has come by", async () => {
    const sweep = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    let isHeld = false;
    await using story = await startStory({
      wrapPorts: (ports) => ({
        ...ports,
        store: {
          get: (keys) => ports.store.get(keys),
          write: (actions) => ports.store.write(actions),
          query: async (range) => {
            if (isHeld && range.partition.startsWith("due#")) {
              held.resolve();
              await sweep.promise;
            }
            return ports.store.query(range);
          },
        },
      }),
    });
    const { run, requirement } = await askOne(story, refundSentence);
    isHeld = true;
    const advanced = story.advance(week);
    await held.promise;
    // The tokens of before the advance have run out too: this one is signed by today's clock.
    const iat = Math.floor((Date.now() + week) / 1_000);
    const asker = await forgeToken(story, { iat, auth_time: iat, exp: iat + 3_600 });
    expect((await decide(story, asker, requirement)).code).toBe("expired");
    expect((await withdraw(story, asker, requirement)).code).toBe("expired");
    const before = await story.send(asker, "GET", `/requirements/${requirement.id}`);
    expect(before.body).toMatchObject({ status: "pending", stages: [{ decisions: [] }, { decisions: [] }] });
    const listed = await story.send(asker, "GET", "/requirements?view=awaiting-me");
    expect(listed.body).toEqual({ items: [], nextCursor: null });
    sweep.resolve();
    await advanced;
    await untilRun(story, run, "completed");
    expect(await readRequirement(story, requirement.id)).toMatchObject({ status: "expired" });
  });

  test("is sealed as expired, once, however often the sweep comes by", async () => {
    await using story = await startStory();
    const { run, requirement } = await askOne(story, refundSentence);
    await story.advance(week);
    await untilRun(story, run, "completed");
    await story.advance(week);
    await story.dev.system.events.dispatcher.idle();
    const entries = await story.ports.ledger.entriesOf(requirement.id);
    expect(only(entries.filter(({ entry }) => entry.kind === "expired")).entry.actor.kind).toBe("system");
  });
});

import { expect, test } from "vitest";
import { forgeToken } from "./forge-token.ts";
import {
  approve,
  askOne,
  callLine,
  cancel,
  decide,
  refundSentence,
  startRun,
  untilAsked,
  untilRun,
} from "./play.ts";
import { announceWrites, startStory, type Story } from "./start-story.ts";

/** Everything that everybody can ask about the run and its requirements. */
async function readEverything(story: Story, run: string, requirements: readonly string[]): Promise<void> {
  const paths = [
    "/health",
    "/config.json",
    "/openapi.json",
    "/runs",
    "/requirements",
    `/runs/${run}`,
    `/runs/${run}/messages`,
    ...requirements.flatMap((id) => [`/requirements/${id}`, `/requirements/${id}/eligibility`]),
  ];
  for (const who of ["asker", "finance-1", "auditor", "admin", "outsider"]) {
    for (const path of paths) await story.send(who, "GET", path);
  }
}

test("no task token leaves the process, nor is written to any table, in the clear", async () => {
  const tokens: string[] = [];
  const written: string[] = [];
  await using story = await startStory({
    wrapPorts: (ports) => ({
      ...ports,
      store: announceWrites(ports.store, (actions) => written.push(JSON.stringify(actions))),
      sealToken: (token, context) => {
        tokens.push(token);
        return ports.sealToken(token, context);
      },
    }),
  });
  const refund = await askOne(story, refundSentence);
  await readEverything(story, refund.run, [refund.requirement.id]);
  await decide(story, "outsider", refund.requirement);
  await approve(story, refund.requirement, "asker", "finance-1");
  await untilRun(story, refund.run, "completed");

  const restart = callLine("restart_service", { service: "checkout" });
  const email = callLine("send_email", { to: "ann@example.com", subject: "Found", body: "x" });
  const run = await startRun(story, `${restart}\n${email}`);
  const [first, second] = await untilAsked(story, run);
  if (first === undefined || second === undefined) throw new Error("Two were asked for.");
  await decide(story, "asker", first, "reject");
  await cancel(story, "asker", run);
  await untilRun(story, run, "cancelled");
  await readEverything(story, run, [first.id, second.id]);
  await story.advance(7 * 24 * 3_600_000);
  await story.dev.system.events.dispatcher.idle();

  expect(tokens).toHaveLength(3);
  const seen = [...story.answers, ...story.lines, ...written].join("\n");
  expect(seen.length).toBeGreaterThan(100_000);
  for (const token of tokens) {
    expect(token.length).toBeGreaterThan(20);
    const forms = [
      token,
      Buffer.from(token).toString("base64"),
      Buffer.from(token).toString("base64url"),
      Buffer.from(token).toString("hex"),
    ];
    expect(forms.filter((form) => seen.includes(form))).toEqual([]);
  }
});

test("no bearer token and nothing that a person wrote stands in the narration", async () => {
  await using story = await startStory();
  const { run, requirement } = await askOne(story, refundSentence);
  const { token } = await forgeToken(story);
  await story.send({ token }, "GET", `/runs/${run}`);
  await decide(story, { token: `${token}x` }, requirement);
  await approve(story, requirement, "asker");
  await decide(story, "finance-1", requirement, { decision: "reject", comment: "CANARY-COMMENT" });
  await untilRun(story, run, "completed");
  await story.dev.system.events.dispatcher.idle();
  const narration = story.lines.join("\n");
  for (const secret of [token, "CANARY-COMMENT", "the parcel was lost"])
    expect(narration).not.toContain(secret);
});

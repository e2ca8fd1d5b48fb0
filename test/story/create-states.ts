import { approve, askOne, callLine, cancel, decide, refundSentence, untilRun, withdraw } from "./play.ts";
import type { Story } from "./start-story.ts";

const deletion = callLine("delete_customer_data", { customerId: "cus_3", reason: "asked to be forgotten" });
const restart = callLine("restart_service", { service: "checkout" });

/** One requirement in each state that a person can meet over HTTP. */
export async function createStates(story: Story) {
  const expired = await askOne(story, refundSentence);
  await story.advance(7 * 24 * 3_600_000);
  await untilRun(story, expired.run, "completed");

  const confirming = await askOne(story, refundSentence);
  const signing = await askOne(story, refundSentence);
  await approve(story, signing.requirement, "asker");
  const ofFinance = await askOne(story, refundSentence, "finance-1");
  await approve(story, ofFinance.requirement, "finance-1");
  const halfApproved = await askOne(story, deletion);
  await approve(story, halfApproved.requirement, "ops-1");
  const approved = await askOne(story, refundSentence);
  await approve(story, approved.requirement, "asker", "finance-1");
  await untilRun(story, approved.run, "completed");
  const rejected = await askOne(story, restart);
  await decide(story, "asker", rejected.requirement, "reject");
  await untilRun(story, rejected.run, "completed");
  const withdrawn = await askOne(story, refundSentence);
  await withdraw(story, "asker", withdrawn.requirement);
  await untilRun(story, withdrawn.run, "completed");
  const cancelled = await askOne(story, refundSentence);
  await cancel(story, "asker", cancelled.run);
  await untilRun(story, cancelled.run, "cancelled");
  return { expired, confirming, signing, ofFinance, halfApproved, approved, rejected, withdrawn, cancelled };
}

import { onTestFinished } from "vitest";
import { obtainToken } from "../../../local/issuer/obtain-token.ts";
import { approve, askOne, refundSentence, untilRun } from "../../story/play.ts";
import { startStory, type Story, type StoryOptions } from "../../story/start-story.ts";
import { type Ran, runCli } from "./run-cli.ts";

export interface SettledRefund {
  readonly story: Story;
  /** The refund's requirement: asked, confirmed, approved by finance, and run. */
  readonly requirement: string;
  /** A command line against the real server, signed in for real. */
  readonly cli: (...words: readonly string[]) => Promise<Ran>;
}

/** A real run to its end. */
export async function settleRefund(options: StoryOptions = {}): Promise<SettledRefund> {
  const story = await startStory(options);
  onTestFinished(() => story[Symbol.asyncDispose]());
  const { run, requirement } = await askOne(story, refundSentence);
  await approve(story, requirement, "asker");
  await approve(story, requirement, "finance-1");
  await untilRun(story, run, "completed");
  const signIn = async (baseUrl: string, person: string) =>
    (await obtainToken({ issuerUrl: `${baseUrl}/oidc`, person })).accessToken;
  return { story, requirement: requirement.id, cli: (...words) => runCli(story.url, words, { signIn }) };
}

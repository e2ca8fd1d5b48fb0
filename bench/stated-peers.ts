/** What others were measured to reach: stated, measured in another process on another day, so a yardstick and no race. */
export interface StatedPeer {
  readonly name: string;
  readonly roundTripMs: number;
  readonly runsPerSecond: number;
  readonly approveToToolMs: number;
  /** At 1, 50 and 200 turns. */
  readonly kilobytesPerRun: readonly [number, number, number];
}

/** The same work on two cores: pause at a gate, durable on disk, approve from outside, resume, run the tool once. */
export const statedPeers: readonly StatedPeer[] = [
  peer("bare loop, a SQLite row per step (no policy, no audit)", 2, 775, 0.05, [1.4, 28, 105]),
  peer("AI SDK 7", 4.6, 258, 0.21, [4.6, 29, 126]),
  peer("AI SDK 6", 6.6, 187, 0.76, [5, 31, 131]),
  peer("OpenAI Agents JS 0.20", 14.3, 76, 1.8, [10, 156, 672]),
  peer("LangGraph.js plain", 22.9, 52, 2.8, [34, 4_128, 59_068]),
  peer("LangChain createAgent + HITL middleware", 29, 37, 4, [54, 10_611, 157_225]),
  peer("Mastra 1.71", 38, 25, 5.8, [16, 724, 17_104]),
  peer("Agno 2.9", 34, 33, 4.6, [8, 127, 590]),
];

function peer(
  name: string,
  roundTripMs: number,
  runsPerSecond: number,
  approveToToolMs: number,
  kilobytesPerRun: StatedPeer["kilobytesPerRun"],
): StatedPeer {
  return { name, roundTripMs, runsPerSecond, approveToToolMs, kilobytesPerRun };
}

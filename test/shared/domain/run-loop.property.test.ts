import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { conversationOf } from "../../../shared/domain/conversation.ts";
import { nextAction, type NextAction, type RunState } from "../../../shared/domain/run-loop.ts";
import type { ProposedCall } from "../../../shared/domain/steps.ts";
import { buildAgent } from "../../builders/build-agent.ts";
import { buildOpenCall } from "../../builders/build-gate.ts";
import { buildRequirement } from "../../builders/build-requirement.ts";
import {
  buildEnded,
  buildModelStep,
  buildProposedCall,
  buildRefused,
  buildResultsStep,
  buildState,
} from "../../builders/build-run.ts";
import { sha256 } from "../../builders/sha256.ts";
import { Tally } from "../../builders/tally.ts";

const agent = buildAgent();

/** What the model proposes at one place of a turn, and what people make of it if they are asked. */
interface Scripted {
  readonly name: string;
  readonly args: string;
  readonly isRejected: boolean;
}

const scripted: fc.Arbitrary<Scripted> = fc
  .record({
    tool: fc.constantFrom(
      ["look_up", '{"order":"1042"}'] as const,
      ["add_note", '{"note":"called"}'] as const,
      ["issue_refund", '{"order":"1","cents":1}'] as const,
      ["issue_refund", '{"cents":1,"order":"1"}'] as const,
      ["issue_refund", '{"order":"2","cents":2}'] as const,
      ["issue_refund", '{"order":"2"'] as const,
      ["issue_refund", '{"order":"2","order":"3","cents":2}'] as const,
      ["wipe_disk", "{}"] as const,
    ),
    isRejected: fc.boolean(),
  })
  .map(({ tool: [name, args], isRejected }) => ({ name, args, isRejected }));

const turn = fc.oneof(
  { weight: 8, arbitrary: fc.array(scripted, { minLength: 1, maxLength: 5 }) },
  { weight: 1, arbitrary: fc.array(scripted, { minLength: 22, maxLength: 26 }) },
);

/** Says at each point where the process could die whether it does; says no when its list is over. */
type Dies = () => boolean;

interface Played {
  readonly state: RunState;
  /** What the model was given, turn by turn. */
  readonly conversations: readonly string[];
  readonly executed: readonly string[];
}

/** Plays the run to its end. Nothing outlives a death but what was saved, which is read again as JSON. */
function play(script: readonly (readonly Scripted[])[], dies: Dies, tally: Tally): Played {
  let saved = buildState();
  const conversations: string[] = [];
  const executed: string[] = [];
  for (let moves = 0; moves < 2_000; moves += 1) {
    const state: RunState = structuredClone(saved);
    const action = nextAction(state, agent, sha256);
    tally.add(action.action);
    if (action.action === "end") return { state, conversations, executed };
    if (action.action === "call-model")
      conversations[action.turn] = JSON.stringify(conversationOf(state, agent));
    for (const save of savesOf(action, script, executed)) {
      if (dies()) {
        tally.add("died before a save");
        break;
      }
      saved = save(saved);
      if (dies()) {
        tally.add("died after a save");
        break;
      }
    }
  }
  throw new Error("The run did not come to an end.");
}

type Save = (state: RunState) => RunState;

/** The writes of one action, in their order. */
function savesOf(
  action: NextAction,
  script: readonly (readonly Scripted[])[],
  executed: string[],
): readonly Save[] {
  switch (action.action) {
    case "call-model": {
      const calls = (script[action.turn - 1] ?? []).map(({ name, args }, place) =>
        buildProposedCall(place + 1, name, args, { turn: action.turn }),
      );
      return [
        (state) => ({ ...state, steps: [...state.steps, buildModelStep(calls, { turn: action.turn })] }),
      ];
    }
    case "answer-calls": {
      const read = action.reads.map(({ call }) => ({
        call: call.id,
        status: "succeeded" as const,
        content: "{}",
      }));
      const step = buildResultsStep([...action.refused, ...read], { turn: action.turn });
      return [(state) => ({ ...state, steps: [...state.steps, step] })];
    }
    case "open-calls":
      return action.openings.map(({ call, tool, mode, inputDigest }) => (state) => {
        const id = call.id.replace("call_", "req_");
        const requirement = buildRequirement({ id: `${id}_1`, call: call.id, inputDigest });
        const open = buildOpenCall(tool, {
          id: call.id,
          turn: action.turn,
          mode,
          inputDigest,
          requirement: requirement.id,
        });
        const { requirement: _none, ...audit } = open;
        return mode === "audit"
          ? { ...state, calls: [...state.calls, audit] }
          : { ...state, calls: [...state.calls, open], requirements: [...state.requirements, requirement] };
      });
    case "hand-out":
      return action.calls.map(({ callId, ask }) => (state) => {
        expect(executed).not.toContain(callId);
        if (!ask) expectGatedBeforeItEnded(callId, state);
        executed.push(callId);
        return ask && scriptedOf(callId, script)?.isRejected === true
          ? {
              ...state,
              executions: [...state.executions, buildRefused(callId)],
              requirements: state.requirements.map((one) =>
                one.call === callId ? { ...one, status: "rejected" } : one,
              ),
            }
          : { ...state, executions: [...state.executions, buildEnded(callId)] };
      });
    case "end":
      return [];
    default:
      return [];
  }
}

function scriptedOf(callId: string, script: readonly (readonly Scripted[])[]): Scripted | undefined {
  const [turnOf, place] = callId.split("_").slice(2).map(Number);
  return script[(turnOf ?? 0) - 1]?.[(place ?? 0) - 1];
}

/** An audit call runs only when the gated calls that the model placed before it have ended. */
function expectGatedBeforeItEnded(callId: string, { steps, calls, executions }: RunState): void {
  const step = steps.findLast((one) => one.kind === "model");
  const proposed: readonly ProposedCall[] = step?.calls ?? [];
  const before = proposed.slice(
    0,
    proposed.findIndex(({ id }) => id === callId),
  );
  const gated = before.filter(({ id }) => calls.some((open) => open.id === id && open.mode === "people"));
  for (const { id } of gated) expect(executions.map(({ call }) => call)).toContain(id);
}

const sorted = (state: RunState) => ({
  ...state,
  executions: state.executions.toSorted((a, b) => (a.call < b.call ? -1 : 1)),
});

describe("a run whose process dies at any points", () => {
  test("saves the same steps, opens the same calls, runs each once, and asks the model the same", () => {
    const tally = new Tally();
    fc.assert(
      fc.property(
        fc.array(turn, { minLength: 1, maxLength: 4 }),
        fc.array(fc.boolean(), { minLength: 5, maxLength: 80 }),
        (script, deaths) => {
          const undisturbed = play(script, () => false, new Tally());
          let at = 0;
          const disturbed = play(script, () => deaths[at++] === true, tally);
          expect(disturbed.state.steps).toEqual(undisturbed.state.steps);
          expect(sorted(disturbed.state)).toEqual(sorted(undisturbed.state));
          expect(disturbed.conversations).toEqual(undisturbed.conversations);
          expect(disturbed.executed.toSorted()).toEqual(undisturbed.executed.toSorted());
          expect(new Set(disturbed.executed).size).toBe(disturbed.executed.length);
        },
      ),
      { numRuns: 300 },
    );
    tally.print("the loop, how often:");
    expect(expected.filter((seen) => tally.of(seen) === 0)).toEqual([]);
  });
});

const expected = [
  "call-model",
  "answer-calls",
  "open-calls",
  "hand-out",
  "end",
  "died before a save",
  "died after a save",
];

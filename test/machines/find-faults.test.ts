import { describe, expect, test } from "vitest";
import { machineErrorNames } from "../../shared/domain/errors.ts";
import {
  type ChoiceState,
  type MachineDefinition,
  type MapState,
  readGolden,
  type State,
  type TaskState,
} from "./definition.ts";
import { findFaults } from "./find-faults.ts";

function findState(definition: MachineDefinition, name: string): State {
  const inner = Object.values(definition.States).flatMap((state) =>
    state.Type === "Map" ? Object.entries(state.ItemProcessor.States) : [],
  );
  const state = { ...definition.States, ...Object.fromEntries(inner) }[name];
  if (state === undefined) throw new Error(`The machine has no state "${name}".`);
  return state;
}

function task(definition: MachineDefinition, name: string): TaskState {
  const state = findState(definition, name);
  if (state.Type !== "Task") throw new Error(`"${name}" is no Task.`);
  return state;
}

function choice(definition: MachineDefinition, name: string): ChoiceState {
  const state = findState(definition, name);
  if (state.Type !== "Choice") throw new Error(`"${name}" is no Choice.`);
  return state;
}

function map(definition: MachineDefinition): MapState {
  const state = findState(definition, "Settle each call");
  if (state.Type !== "Map") throw new Error("There is no Map.");
  return state;
}

type Mutation = (definition: MachineDefinition) => void;

const mutations: readonly (readonly [what: string, mutate: Mutation, faults: readonly string[]])[] = [
  [
    "a token wait without a timeout",
    (machine) => delete task(machine, "Ask people").TimeoutSeconds,
    ["Ask people: waits for a token without a constant timeout"],
  ],
  [
    "a token wait whose timeout is an expression",
    (machine) => (task(machine, "Ask people").TimeoutSeconds = "{% $states.input.seconds %}"),
    ["Ask people: waits for a token without a constant timeout"],
  ],
  [
    "a token wait that keeps the sender's output",
    (machine) => (task(machine, "Ask people").Output = "{% $states.result.Payload %}"),
    ["Ask people: keeps what came with the token"],
  ],
  [
    "a token wait whose output is its result by default",
    (machine) => delete task(machine, "Ask people").Output,
    ["Ask people: keeps what came with the token"],
  ],
  [
    "a Task without Catch",
    (machine) => delete task(machine, "Take agent steps").Catch,
    ["Take agent steps: has no last Catch of States.ALL"],
  ],
  [
    "a Catch-all that is not last",
    (machine) => task(machine, "Execute the call").Catch?.reverse(),
    ["Execute the call: has no last Catch of States.ALL"],
  ],
  [
    "a Catch-all that runs the call",
    (machine) =>
      (task(machine, "Ask people").Catch = [{ ErrorEquals: ["States.ALL"], Next: "Execute the call" }]),
    ['Ask people: catches everything and goes on to "Execute the call" instead of ending closed'],
  ],
  [
    "a Catch-all that goes on with the run",
    (machine) =>
      (task(machine, "End the run").Catch = [{ ErrorEquals: ["States.ALL"], Next: "Take agent steps" }]),
    ['End the run: catches everything and goes on to "Take agent steps" instead of ending closed'],
  ],
  [
    "a Choice without Default",
    (machine) => delete choice(machine, "What comes next?").Default,
    ["Refuse an unknown answer: is not reachable", "What comes next?: has no Default"],
  ],
  [
    "a Choice that executes by default",
    (machine) => (choice(machine, "Does anyone have to be asked?").Default = "Execute the call"),
    [
      "Ask people: is not reachable",
      'Does anyone have to be asked?: does "Execute the call" by default, which neither refuses nor asks',
    ],
  ],
  [
    "a state that nothing leads to",
    (machine) => (machine.States["Rest"] = { Type: "Pass", End: true }),
    ["Rest: is not reachable"],
  ],
  [
    "a target that does not exist",
    (machine) => (task(machine, "Take agent steps").Next = "What is next?"),
    [
      "What comes next?: is not reachable",
      "Refuse an unknown answer: is not reachable",
      "End the run: is not reachable",
      "Settle each call: is not reachable",
      'Take agent steps: goes to "What is next?", which is not a state beside it',
    ],
  ],
  [
    "an iteration that fails",
    (machine) =>
      (map(machine).ItemProcessor.States["Leave the call open"] = {
        Type: "Fail",
        Error: "Failed",
        Cause: "…",
      }),
    [
      'Prepare the next requirement: catches everything and goes on to "Leave the call open" instead of ending closed',
      'Execute the call: catches everything and goes on to "Leave the call open" instead of ending closed',
      'Ask people: catches everything and goes on to "Leave the call open" instead of ending closed',
      "Leave the call open: fails inside an iteration, which stops its siblings",
    ],
  ],
  [
    "a Task that neither ends nor goes on",
    (machine) => delete task(machine, "Execute the call").End,
    ["Execute the call: needs either Next or End"],
  ],
  [
    "a loop without an end",
    (machine) => {
      machine.States = {
        "Take agent steps": task(machine, "Take agent steps"),
        "What comes next?": { Type: "Pass", Next: "Take agent steps" },
      };
      task(machine, "Take agent steps").Catch = [{ ErrorEquals: ["States.ALL"], Next: "Take agent steps" }];
    },
    [
      "Take agent steps: leads to no end",
      "What comes next?: leads to no end",
      'Take agent steps: catches everything and goes on to "Take agent steps" instead of ending closed',
    ],
  ],
  [
    "an output with the task token",
    (machine) => (task(machine, "Ask people").Output = { token: "{% $states.context.Task.Token %}" }),
    ["Ask people: hands the task token on"],
  ],
  [
    "an output with the whole context",
    (machine) => (task(machine, "Execute the call").Output = "{% $states.context %}"),
    ["Execute the call: reads $states.context"],
  ],
  [
    "an output with everything",
    (machine) => (task(machine, "Ask people").Output = "{% $states %}"),
    ["Ask people: reads $states"],
  ],
  [
    "an output with the token behind a quoted name",
    (machine) => (task(machine, "Ask people").Output = "{% $states.context.`Task`.Token %}"),
    ["Ask people: reads $states.context"],
  ],
  [
    "a Catch that hands an error's text on",
    (machine) =>
      (task(machine, "Take agent steps").Catch = [
        {
          ErrorEquals: ["States.ALL"],
          Next: "Leave the run to adoption",
          Output: "{% $states.errorOutput %}",
        },
      ]),
    ["Take agent steps: reads $states.errorOutput"],
  ],
  [
    "a token given to a function that does not wait for it",
    (machine) =>
      (task(machine, "Execute the call").Arguments.Payload["token"] = "{% $states.context.Task.Token %}"),
    ["Execute the call: hands the task token on"],
  ],
  [
    "content given to a function",
    (machine) =>
      (task(machine, "Execute the call").Arguments.Payload["input"] = "{% $states.input.arguments %}"),
    ["Execute the call: gives input from elsewhere"],
  ],
  [
    "a run taken from a function's answer",
    (machine) => (task(machine, "End the run").Arguments.Payload["runId"] = "{% $states.input.runId %}"),
    ["End the run: gives runId from elsewhere"],
  ],
  [
    "a call without its epoch",
    (machine) => delete task(machine, "Execute the call").Arguments.Payload["epoch"],
    ["Execute the call: does not give epoch"],
  ],
  [
    "a misspelt error in a Retry",
    (machine) => task(machine, "End the run").Retry?.[0]?.ErrorEquals.splice(0, 1, "RunContented"),
    [
      "End the run: matches RunContented, which nothing throws",
      "End the run: retries RunContented, which a repetition does not cure",
    ],
  ],
  [
    "a misspelt error in a Catch",
    (machine) => task(machine, "Ask people").Catch?.[0]?.ErrorEquals.splice(0, 1, "AlreadyReleased"),
    ["Ask people: matches AlreadyReleased, which nothing throws"],
  ],
  [
    "a Retry of a terminal error",
    (machine) => task(machine, "Execute the call").Retry?.[0]?.ErrorEquals.push("RequirementsRemain"),
    ["Execute the call: retries RequirementsRemain, which a repetition does not cure"],
  ],
  [
    "a Retry of everything",
    (machine) => (task(machine, "Take agent steps").Retry = [{ ...retry, ErrorEquals: ["States.ALL"] }]),
    [
      "Take agent steps: retries States.ALL, which a repetition does not cure",
      "Take agent steps: does not retry Lambda's own failures",
    ],
  ],
  [
    "a Map without a bound",
    (machine) => (map(machine).MaxConcurrency = 0),
    ["Settle each call: is not bounded to 1-40 at once"],
  ],
  [
    "a Map that collects its iterations' outputs",
    (machine) => delete map(machine).Output,
    ["Settle each call: collects what its iterations put out"],
  ],
];

const retry = { IntervalSeconds: 1, MaxAttempts: 3, BackoffRate: 2 };

describe("findFaults", () => {
  test.for(mutations)("%s is found", ([, mutate, faults]) => {
    const machine = readGolden("run");
    mutate(machine);
    expect(findFaults(machine, machineErrorNames)).toEqual(faults);
  });
});

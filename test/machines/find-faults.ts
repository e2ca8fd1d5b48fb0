import { type Block, listBlocks, type MachineDefinition, type State, waitsForToken } from "./definition.ts";

/** Errors that a repetition can cure; the names are literals here, so that a change of family has to be made twice. */
const retryableErrors = [
  "ExecutionInProgress",
  "ReceiptMissing",
  "RunContended",
  "StoreUnavailable",
  "KeyUnavailable",
  "StateMachineUnavailable",
  "KeyUnavailable",
  "SecretUnavailable",
];

/** Where each field of a payload may come from: ids, a counter, and the token of the wait itself. */
const payloadSources: Readonly<Record<string, string>> = {
  tenant: "{% $states.context.Execution.Input.tenant %}",
  runId: "{% $states.context.Execution.Input.runId %}",
  epoch: "{% $states.context.Execution.Input.epoch %}",
  callId: "{% $states.input.callId %}",
  requirementId: "{% $states.input.requirementId %}",
  token: "{% $states.context.Task.Token %}",
  retryCount: "{% $states.context.State.RetryCount %}",
};

type Rule = (name: string, state: State, block: Block, knownErrors: readonly string[]) => readonly string[];

/** Every way in which a definition breaks a rule of ours, as `state: fault`; an empty list is a sound machine. */
export function findFaults(definition: MachineDefinition, knownErrors: readonly string[]): readonly string[] {
  return listBlocks(definition).flatMap((block) => [
    ...findUnreachable(block),
    ...findDeadEnds(block),
    ...Object.entries(block.states).flatMap(([name, state]) =>
      rules.flatMap((rule) => rule(name, state, block, knownErrors).map((fault) => `${name}: ${fault}`)),
    ),
  ]);
}

const rules: readonly Rule[] = [
  judgeTargets,
  judgeTokenWait,
  judgeCatch,
  judgeDefault,
  judgeEnd,
  judgeExpressions,
  judgePayload,
  judgeErrorNames,
  judgeRetries,
  judgeMap,
];

export function listTargets(state: State): readonly string[] {
  switch (state.Type) {
    case "Choice":
      return [...state.Choices.map((rule) => rule.Next), ...present(state.Default)];
    case "Task":
      return [...present(state.Next), ...(state.Catch ?? []).map((catcher) => catcher.Next)];
    case "Map":
    case "Pass":
      return present(state.Next);
    case "Fail":
      return [];
  }
}

function present<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}

function isEnd(state: State): boolean {
  return state.Type === "Fail" || ("End" in state && state.End === true);
}

function findUnreachable(block: Block): readonly string[] {
  const reached = new Set([block.startAt]);
  for (const name of reached) {
    const state = block.states[name];
    for (const target of state === undefined ? [] : listTargets(state)) reached.add(target);
  }
  return Object.keys(block.states)
    .filter((name) => !reached.has(name))
    .map((name) => `${name}: is not reachable`);
}

/** States from which no end can be reached. */
function findDeadEnds(block: Block): readonly string[] {
  const entries = Object.entries(block.states);
  const ending = new Set(entries.filter(([, state]) => isEnd(state)).map(([name]) => name));
  for (let size = -1; size !== ending.size;) {
    size = ending.size;
    for (const [name, state] of entries) {
      if (listTargets(state).some((target) => ending.has(target))) ending.add(name);
    }
  }
  return entries.filter(([name]) => !ending.has(name)).map(([name]) => `${name}: leads to no end`);
}

function judgeTargets(_name: string, state: State, block: Block): readonly string[] {
  return listTargets(state)
    .filter((target) => !(target in block.states))
    .map((target) => `goes to "${target}", which is not a state beside it`);
}

function judgeTokenWait(_name: string, state: State): readonly string[] {
  if (!waitsForToken(state)) return [];
  const faults: string[] = [];
  if (typeof state.TimeoutSeconds !== "number") faults.push("waits for a token without a constant timeout");
  if (JSON.stringify(state.Output ?? "$states.result").includes("$states.result")) {
    faults.push("keeps what came with the token");
  }
  return faults;
}

/** The last Catch takes everything and ends at once: the run fails closed, the iteration ends without running the call. */
function judgeCatch(_name: string, state: State, block: Block): readonly string[] {
  if (state.Type !== "Task") return [];
  const last = state.Catch?.at(-1);
  if (last === undefined || last.ErrorEquals.join() !== "States.ALL")
    return ["has no last Catch of States.ALL"];
  const target = block.states[last.Next];
  const closed = block.isIteration ? "Pass" : "Fail";
  return target !== undefined && target.Type === closed && isEnd(target)
    ? []
    : [`catches everything and goes on to "${last.Next}" instead of ending closed`];
}

function judgeDefault(_name: string, state: State, block: Block): readonly string[] {
  if (state.Type !== "Choice") return [];
  if (state.Default === undefined) return ["has no Default"];
  const target = block.states[state.Default];
  return target !== undefined && (target.Type === "Fail" || waitsForToken(target))
    ? []
    : [`does "${state.Default}" by default, which neither refuses nor asks`];
}

function judgeEnd(_name: string, state: State, block: Block): readonly string[] {
  if (state.Type === "Fail")
    return block.isIteration ? ["fails inside an iteration, which stops its siblings"] : [];
  if (state.Type === "Choice") return [];
  return (state.End === true) === (state.Next !== undefined) ? ["needs either Next or End"] : [];
}

/** An allowlist: `$states` alone would have the token in it, and so would `$states.context` or the context's Task. */
function judgeExpressions(_name: string, state: State): readonly string[] {
  const readable =
    /^\$states\.(?:input(?:\.\w+)?|result\.Payload(?:\.calls)?|context\.(?:Execution\.Input\.\w+|State\.RetryCount))$/;
  const ownToken = waitsForToken(state) && state.Arguments.Payload["token"] === payloadSources["token"];
  const { ItemProcessor: _, ...own } = state.Type === "Map" ? state : { ...state, ItemProcessor: undefined };
  const text = JSON.stringify(own);
  const paths = [...text.matchAll(/\$states(?:\.\w+)*|\$\$|\$eval\b|\$lookup\b/g)].map(([path]) => path);
  const tokens = paths.filter((path) => path === "$states.context.Task.Token");
  const others = paths.filter((path) => path !== "$states.context.Task.Token" && !readable.test(path));
  const faults = others.map((path) => `reads ${path}`);
  return tokens.length > (ownToken ? 1 : 0) ? [...faults, "hands the task token on"] : faults;
}

function judgePayload(_name: string, state: State): readonly string[] {
  if (state.Type !== "Task") return [];
  const payload = state.Arguments.Payload;
  const missing = ["tenant", "runId", "epoch"].filter((field) => !(field in payload));
  const foreign = Object.keys(payload).filter((field) => payload[field] !== payloadSources[field]);
  return [
    ...missing.map((field) => `does not give ${field}`),
    ...foreign.map((field) => `gives ${field} from elsewhere`),
  ];
}

function judgeErrorNames(
  _name: string,
  state: State,
  _block: Block,
  known: readonly string[],
): readonly string[] {
  if (state.Type !== "Task") return [];
  return [...(state.Retry ?? []), ...(state.Catch ?? [])]
    .flatMap((entry) => entry.ErrorEquals)
    .filter((error) => !known.includes(error) && !/^(?:States|Lambda)\./.test(error))
    .map((error) => `matches ${error}, which nothing throws`);
}

function judgeRetries(_name: string, state: State): readonly string[] {
  if (state.Type !== "Task") return [];
  const retried = (state.Retry ?? []).flatMap((entry) => entry.ErrorEquals);
  return [
    ...retried
      .filter((error) => !retryableErrors.includes(error) && !error.startsWith("Lambda."))
      .map((error) => `retries ${error}, which a repetition does not cure`),
    ...(retried.includes("Lambda.ServiceException") ? [] : ["does not retry Lambda's own failures"]),
  ];
}

function judgeMap(_name: string, state: State): readonly string[] {
  if (state.Type !== "Map") return [];
  const faults: string[] = [];
  if (state.MaxConcurrency < 1 || state.MaxConcurrency > 40) faults.push("is not bounded to 1-40 at once");
  if (JSON.stringify(state.Output) !== "{}") faults.push("collects what its iterations put out");
  return faults;
}

import { Argument, Command, CommanderError, InvalidArgumentError } from "commander";
import { answerRequirement } from "./answer.ts";
import { createApiClient } from "./api-client.ts";
import { testStateMachines } from "./asl-test.ts";
import { cancelRun } from "./cancel.ts";
import type { CommandContext } from "./command-context.ts";
import { CommandFailed } from "./command-failed.ts";
import { decideRequirement } from "./decide.ts";
import { type DemoTable, demoTables, showDemoTable } from "./demo-show.ts";
import { defaultPort, type DevOptions, runDev, type StartDev } from "./dev.ts";
import { eraseSubject } from "./erase.ts";
import { addGuardCommands } from "./guard-commands.ts";
import { listInbox } from "./inbox.ts";
import { addLedgerCommands } from "./ledger-commands.ts";
import { askForRefund } from "./next-command.ts";
import { choosePerson } from "./people.ts";
import { reportFailure } from "./report-failure.ts";
import { startRun } from "./run.ts";
import { showById } from "./show.ts";
import { createTerminal, type OutputStream, type Terminal } from "./terminal.ts";
import { fetchToken } from "./token.ts";

const defaultDataDirectory = ".countersign";

/** What the process gives to the commands; tests bring their own. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Standard input, opened only by a command that reads it. */
  readonly openInput: () => AsyncIterable<unknown>;
  readonly now: () => number;
  /** A bearer token for a seeded person. */
  readonly signIn: (baseUrl: string, person: string) => Promise<string>;
  readonly patienceMs: number;
  readonly startDev: StartDev;
  /** Resolves when somebody wants the server to end. */
  readonly untilStopped: () => Promise<void>;
}

interface SharedOptions {
  readonly as?: string;
  readonly json?: boolean;
}

/** Runs one command line, the words after `countersign`, and returns the exit code. */
export async function runProgram(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const { env, stdout, stderr } = surroundings;
  const terminal = createTerminal({ stdout, stderr, noColor: env["NO_COLOR"] });
  const failure = { terminal, baseUrl: "", json: words.includes("--json") };
  try {
    failure.baseUrl = readBaseUrl(env["COUNTERSIGN_URL"]);
    const program = buildProgram(terminal, failure.baseUrl, surroundings);
    await program.parseAsync([...words], { from: "user" });
    return 0;
  } catch (error) {
    // Commander has printed its help or its complaint already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return reportFailure(error, failure);
  }
}

function buildProgram(terminal: Terminal, baseUrl: string, surroundings: Surroundings): Command {
  const { stdout, stderr } = surroundings;
  const program = new Command("countersign")
    .description("Approvals that AI agents can't skip.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
    })
    .addHelpText("after", `\nStart with: npx countersign dev\nThen:       npx countersign ${askForRefund}`);

  const open = (options: SharedOptions, fallback?: string): CommandContext =>
    openContext(terminal, baseUrl, surroundings, options, fallback);

  addServerCommands(program, terminal, open, { ...surroundings, baseUrl });
  addRunCommands(program, open);
  addDecisionCommands(program, open);
  addLedgerCommands(program, personal, open, { ...surroundings, terminal, baseUrl });
  addGuardCommands(program, { ...surroundings, terminal });
  return program;
}

type OpenContext = (options: SharedOptions, fallback?: string) => CommandContext;

function addServerCommands(
  program: Command,
  terminal: Terminal,
  open: OpenContext,
  surroundings: Surroundings & { readonly baseUrl: string },
): void {
  const { baseUrl } = surroundings;
  program
    .command("dev")
    .description("run the whole system on this machine, with made-up people and a scripted model")
    .option("--port <number>", "where to listen on 127.0.0.1", readPort, defaultPort)
    .option("--data <directory>", "where to keep everything", defaultDataDirectory)
    .option("--model-url <url>", "an OpenAI-compatible endpoint", readUrl)
    .option("--public-log", "let everybody fetch the log's checkpoint and tiles, without a token", false)
    .option("--test-clock", "add POST /test/clock, which moves time on", false)
    .action((options: DevOptions) => runDev(terminal, options, surroundings));
  program
    .command("token")
    .description("print a bearer token of the local issuer")
    .argument("<person>", "a seeded person, or service for the machine client")
    .option("--data <directory>", "the server's data directory, for service", defaultDataDirectory)
    .action(async (person: string, { data }: { data: string }) => {
      terminal.print(await fetchToken({ baseUrl, person, dataDirectory: data }));
    });
  personal(program.command("demo").description("look at the demo"), "show")
    .description("a table of the demo as JSON lines: what the tools really did")
    .addArgument(new Argument("<table>", "which table").choices(demoTables))
    .argument("[id]", "only the row with this id")
    .action((table: DemoTable, id: string | undefined, options: SharedOptions) =>
      showDemoTable(open(options, "asker"), { table, id }),
    );
  program
    .command("asl")
    .description("state machines")
    .command("test")
    .description("run state machine cases on the local engine")
    .argument("<files...>", "cases, one JSON object a line")
    .action((files: string[]) => testStateMachines(terminal, files));
}

function addRunCommands(program: Command, open: OpenContext): void {
  personal(program, "run")
    .description("ask an agent for something")
    .argument("<agent>", "the agent's name, such as support")
    .argument("<text...>", "what to ask for")
    .option("--wait", "wait until the run has ended", false)
    .action((agent: string, text: string[], options: SharedOptions & { wait: boolean }) =>
      startRun(open(options, "asker"), { agent, input: text.join(" "), untilEnd: options.wait }),
    );
  personal(program, "inbox")
    .description("what waits for you")
    .action((options: SharedOptions) => listInbox(open(options)));
  personal(program, "show")
    .description("a run, or the card of a requirement")
    .argument("<id>", "run_… or req_…")
    .action((id: string, options: SharedOptions) => showById(open(options), id));
  personal(program, "cancel")
    .description("cancel a run")
    .argument("<run>", "run_…")
    .action((run: string, options: SharedOptions) => cancelRun(open(options), run));
  personal(program, "erase")
    .description("erase what the runs of a person, and those about them, kept; for admins")
    .argument("<subject>", "a customer's id, or the subject of somebody who asks")
    .action((subject: string, options: SharedOptions) => eraseSubject(open(options), subject));
}

function addDecisionCommands(program: Command, open: OpenContext): void {
  personal(program, "approve")
    .description("confirm or approve what a requirement shows")
    .argument("<requirement>", "req_…")
    .option("--comment <text>", "why; everybody who sees the requirement reads it")
    .action((id: string, options: SharedOptions & { comment?: string }) =>
      decideRequirement(open(options), { id, decision: "approve", comment: options.comment }),
    );
  personal(program, "reject")
    .description("reject what a requirement shows")
    .argument("<requirement>", "req_…")
    .requiredOption("--comment <text>", "why; the agent reads it too")
    .action((id: string, options: SharedOptions & { comment: string }) =>
      decideRequirement(open(options), { id, decision: "reject", comment: options.comment }),
    );
  personal(program, "answer")
    .description("answer what a requirement asks")
    .argument("<requirement>", "req_…")
    .argument("<answers...>", "field=value; for a call in doubt outcome=happened, run-again or give-up")
    .action((id: string, fields: string[], options: SharedOptions) =>
      answerRequirement(open(options), { id, fields }),
    );
}

/** A command that somebody gives. */
function personal(program: Command, name: string): Command {
  return program
    .command(name)
    .option("--as <person>", "a seeded person; COUNTERSIGN_AS if absent")
    .option("--json", "print the API's JSON and nothing else");
}

function openContext(
  terminal: Terminal,
  baseUrl: string,
  surroundings: Surroundings,
  options: SharedOptions,
  fallback: string | undefined,
): CommandContext {
  const { env, now, signIn, patienceMs } = surroundings;
  const person = choosePerson({
    option: options.as,
    env: env["COUNTERSIGN_AS"],
    ...(fallback === undefined ? {} : { fallback }),
  });
  const api = createApiClient({ baseUrl, signIn: () => signIn(baseUrl, person) });
  return { terminal, api, person, json: options.json === true, now, patienceMs };
}

function readBaseUrl(value: string | undefined): string {
  if (value === undefined || value === "") return `http://127.0.0.1:${defaultPort}`;
  const url = URL.parse(value);
  if (url !== null && /^https?:$/.test(url.protocol)) return url.href.replace(/\/+$/, "");
  throw new CommandFailed(
    `COUNTERSIGN_URL is ${JSON.stringify(value)}: set it to an http or https address.`,
    2,
  );
}

function readUrl(value: string): string {
  const url = URL.parse(value);
  if (url !== null && /^https?:$/.test(url.protocol)) return value;
  throw new InvalidArgumentError("Give an http or https address.");
}

function readPort(value: string): number {
  const port = Number(value);
  if (/^\d{1,5}$/.test(value) && port <= 65_535) return port;
  throw new InvalidArgumentError("Give a number from 0 to 65535; 0 takes any free port.");
}

import type { Command } from "commander";
import type { CommandContext } from "./command-context.ts";
import { discloseEntry } from "./disclose.ts";
import { exportLog } from "./export-log.ts";
import { openUrl } from "./open-log.ts";
import { choosePerson } from "./people.ts";
import { fetchReceipt } from "./receipt.ts";
import type { Terminal } from "./terminal.ts";
import { type VerifyContext, verifyConsistencyOf, verifyLogAt, verifyReceiptFile } from "./verify.ts";

interface LedgerSurroundings {
  readonly terminal: Terminal;
  readonly baseUrl: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signIn: (baseUrl: string, person: string) => Promise<string>;
}

interface VerifyOptions {
  readonly key: readonly string[];
  readonly origin?: string;
  readonly as?: string;
  readonly json?: boolean;
}

interface PersonalOptions {
  readonly as?: string;
  readonly json?: boolean;
}

/** Adds what reads the ledger; `personal` makes a command that somebody gives. */
export function addLedgerCommands(
  program: Command,
  personal: (program: Command, name: string) => Command,
  open: (options: PersonalOptions, fallback?: string) => CommandContext,
  surroundings: LedgerSurroundings,
): void {
  personal(program, "receipt")
    .description("the receipt of a requirement's decision")
    .argument("<requirement>", "req_…")
    .option("--entry <index>", "of another of its entries")
    .option("--out <file>", "save it there")
    .action((id: string, options: PersonalOptions & { entry?: string; out?: string }) =>
      fetchReceipt(open(options), { id, entry: options.entry, out: options.out }),
    );
  personal(program, "disclose")
    .description("open what an entry commits to; that it was opened is recorded")
    .argument("<index>", "the entry's place in the ledger")
    .action((index: string, options: PersonalOptions) => discloseEntry(open(options, "auditor"), index));
  program
    .command("key")
    .description("print the ledger's verifier key; get it once in a way that you trust, and keep it")
    .action(async () => {
      const { api, terminal } = open({}, "asker");
      terminal.print((await api.getText("/ledger/key")).trim());
    });
  personal(program, "export")
    .description("copy the whole ledger into a new directory")
    .argument("<directory>", "where to; it must not be there yet")
    .action(async (directory: string, options: PersonalOptions) => {
      const { api, terminal, person } = open(options, "auditor");
      const key = (await api.getText("/ledger/key")).trim();
      const token = await surroundings.signIn(surroundings.baseUrl, person);
      const readFile = openUrl(`${surroundings.baseUrl}/ledger`, token);
      await exportLog(terminal, { directory, readFile, key });
    });
  addVerifyCommands(program, surroundings);
}

function addVerifyCommands(program: Command, surroundings: LedgerSurroundings): void {
  const verify = program.command("verify").description("check a receipt or a log; needs no server");
  verifying(verify, "receipt")
    .description("a receipt: who sealed what")
    .argument("<file>", "as the receipt was saved")
    .option("--entry <file>", "the entry, if the receipt does not carry it")
    .action((file: string, options: VerifyOptions & { entry?: string }) =>
      verifyReceiptFile(toContext(options, surroundings), { file, entryFile: options.entry }),
    );
  verifying(verify, "log")
    .description("a whole log: every entry and every hash")
    .argument("<place>", "the directory of an export, or an address such as http://127.0.0.1:4600/ledger")
    .action((place: string, options: VerifyOptions) => verifyLogAt(toContext(options, surroundings), place));
  verifying(verify, "consistency")
    .description("two checkpoints: whether the log only grew in between")
    .argument("<old>", "a checkpoint, or the directory of an export")
    .argument("<new>", "a later one")
    .argument("[tiles]", "where the later log's tiles are; beside its checkpoint if absent")
    .action((older: string, newer: string, tiles: string | undefined, options: VerifyOptions) =>
      verifyConsistencyOf(toContext(options, surroundings), { older, newer, tiles }),
    );
}

function verifying(program: Command, name: string): Command {
  return program
    .command(name)
    .requiredOption("--key <keys...>", "the log's verifier key, then others that may have signed")
    .option("--origin <name>", "which log it has to be; the first key's name if absent")
    .option("--as <person>", "who signs in at an address")
    .option("--json", "print the outcome as JSON");
}

function toContext(options: VerifyOptions, { terminal, env, signIn }: LedgerSurroundings): VerifyContext {
  const named = options.as ?? env["COUNTERSIGN_AS"];
  return {
    terminal,
    json: options.json === true,
    keys: options.key,
    origin: options.origin,
    signIn: async (url) =>
      named === undefined || named === ""
        ? undefined
        : signIn(new URL(url).origin, choosePerson({ option: named, env: undefined })),
  };
}

import type { Command } from "commander";
import type { Judge } from "./guard.ts";
import type { OutputStream, Terminal } from "./terminal.ts";

interface Guard {
  readonly name: string;
  readonly description: string;
  /** The rules are tables and patterns that no other command loads. */
  readonly load: () => Promise<Judge>;
}

/** What `countersign guard` can judge a text for. */
export const guards: readonly Guard[] = [
  {
    name: "pii",
    description: "personal data and secrets: {id,spans:[{start,end,type}]}",
    load: async () => (await import("./guard.ts")).judgePii,
  },
  {
    name: "secrets",
    description: "passwords, keys and tokens: {id,spans:[{start,end,type}]}",
    load: async () => (await import("./guard.ts")).judgeSecrets,
  },
  {
    name: "injection",
    description: "attacks on the model that reads the text: {id,flagged,score}",
    load: async () => (await import("./guard.ts")).judgeInjection,
  },
];

interface GuardSurroundings {
  readonly terminal: Terminal;
  readonly stdout: OutputStream;
  readonly openInput: () => AsyncIterable<unknown>;
}

/** Adds `guard`, with a command per guard. */
export function addGuardCommands(program: Command, { terminal, stdout, openInput }: GuardSurroundings): void {
  const guard = program
    .command("guard")
    .description("judge texts: JSON lines {id,text} on stdin, JSON lines on stdout; needs no server");
  for (const { name, description, load } of guards) {
    guard
      .command(name)
      .description(description)
      .action(async () => {
        const judge = await load();
        const { judgeLines } = await import("./guard.ts");
        await judgeLines(judge, { terminal, stdout, input: openInput() });
      });
  }
}

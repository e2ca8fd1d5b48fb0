/**
 * A command that ends without having done what it was asked; the message says what to do next.
 *
 * `exitCode` 1 is a refusal or a failure, 2 a command that was typed wrongly or an input that cannot be used, 3 a log that
 * no trusted key signed.
 */
export class CommandFailed extends Error {
  override readonly name: string = "CommandFailed";
  readonly exitCode: 1 | 2 | 3;

  constructor(message: string, exitCode: 1 | 2 | 3 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

interface Problem {
  readonly detail: string;
  readonly code: string;
  readonly status: number;
  /** The problem document as it came. */
  readonly json: string;
}

/** The server's refusal: a problem document (RFC 9457). */
export class RequestRefused extends CommandFailed {
  override readonly name = "RequestRefused";
  readonly problem: Problem;
  /** The words after `npx countersign` that help on, where the command knows them. */
  readonly next: string | undefined;

  constructor(problem: Problem, next?: string) {
    super(`${problem.detail} (${problem.code})`);
    this.problem = problem;
    this.next = next;
  }
}

/** Waits for an answer of the server; were it refused, `next` is what to type then. */
export async function orSuggest<T>(next: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof RequestRefused ? new RequestRefused(error.problem, next) : error;
  }
}

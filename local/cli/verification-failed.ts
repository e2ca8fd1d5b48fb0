import { assertNever } from "../../shared/domain/assert-never.ts";
import type { Fault, Faulty } from "../../shared/ledger/faulty.ts";
import { CommandFailed } from "./command-failed.ts";

/** What a verification did not find right, in the words of docs/verify.md and with its exit code. */
export class VerificationFailed extends CommandFailed {
  override readonly name = "VerificationFailed";

  constructor({ fault, why }: Faulty) {
    super(`${headings[fault]} ${why}`, exitCodeOf(fault));
  }
}

const headings: Readonly<Record<Fault, string>> = {
  tampered: "NOT VERIFIED:",
  malformed: "Unusable:",
  untrusted: "NOT TRUSTED:",
};

function exitCodeOf(fault: Fault): 1 | 2 | 3 {
  switch (fault) {
    case "tampered":
      return 1;
    case "malformed":
      return 2;
    case "untrusted":
      return 3;
    default:
      return assertNever(fault);
  }
}

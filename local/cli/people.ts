import { seededPeople } from "../issuer/seeded-people.ts";
import { CommandFailed } from "./command-failed.ts";

/**
 * Who a command acts as: `--as`, then COUNTERSIGN_AS, then the command's own default.
 *
 * Deciding and looking have none: nobody should approve as somebody else because an option was forgotten.
 */
export function choosePerson(choice: {
  readonly option: string | undefined;
  readonly env: string | undefined;
  readonly fallback?: string;
}): string {
  const person = choice.option ?? (choice.env === "" ? undefined : choice.env) ?? choice.fallback;
  if (person === undefined) {
    throw new CommandFailed(`Say who you are: add --as PERSON, or set COUNTERSIGN_AS. ${listPeople()}`, 2);
  }
  if (!isSeeded(person)) {
    throw new CommandFailed(`There is no person ${JSON.stringify(person)}. ${listPeople()}`, 2);
  }
  return person;
}

export function isSeeded(subject: string): boolean {
  return seededPeople.some((person) => person.subject === subject);
}

/** A seeded member of one of the pools who is none of `except`: `preferred` if possible, else the first. */
export function findMember(
  pools: readonly string[],
  { preferred, except }: { readonly preferred: string; readonly except: readonly string[] },
): string | undefined {
  const members = seededPeople
    .filter(
      ({ subject, groups }) => !except.includes(subject) && groups.some((group) => pools.includes(group)),
    )
    .map(({ subject }) => subject);
  return members.includes(preferred) ? preferred : members[0];
}

function listPeople(): string {
  const people = seededPeople.map(({ subject, groups }) => {
    const [group] = groups;
    return group === undefined || group === subject ? subject : `${subject} (${group})`;
  });
  return `The seeded people are ${people.join(", ")}.`;
}

/** A definition that this interpreter does not run; `state` is null for the fields of the machine itself. */
export class DefinitionRefused extends Error {
  override readonly name = "DefinitionRefused";
  readonly state: string | null;
  readonly field: string;

  constructor(state: string | null, field: string, problem: string) {
    super(`${state === null ? "The machine" : `State "${state}"`}, field ${field}: ${problem}.`);
    this.state = state;
    this.field = field;
  }
}

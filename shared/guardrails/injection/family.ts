/** What an attack tries, as findings name it. */
export type Family =
  | "override"
  | "extraction"
  | "persona"
  | "markup"
  | "command"
  | "address"
  | "pressure"
  | "hidden";

/** One rule's hit: how much it weighs alone, 0 to 1, and where it stands in the view's text. */
export interface Signal {
  readonly family: Family;
  readonly weight: number;
  readonly start: number;
  readonly end: number;
}

export type Report = (rule: string, signal: Signal) => void;

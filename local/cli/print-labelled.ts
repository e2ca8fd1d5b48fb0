import type { Terminal } from "./terminal.ts";

/** A line of a card. The label's column is narrower than the padding that `showHidden` escapes. */
export function printLabelled(terminal: Terminal, label: string, value: string): void {
  terminal.print(`${`${label}:`.padEnd(11)} ${value}`);
}

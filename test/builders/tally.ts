/** Counts how often each thing occurred in a property test, so that what was never tried shows. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(what: string): void {
    this.#counts.set(what, this.of(what) + 1);
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  print(title: string): void {
    const lines = [...this.#counts]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([what, count]) => `  ${what}: ${count}`);
    console.log([title, ...lines].join("\n"));
  }
}

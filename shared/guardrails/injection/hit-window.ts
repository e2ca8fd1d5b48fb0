import type { Hit } from "./read-words.ts";

/** The classed words of a text, asked for by nearness. */
export class HitWindow {
  readonly hits: readonly Hit[];

  constructor(hits: readonly Hit[]) {
    this.hits = hits;
  }

  /**
   * The index of the hit of any of `classes` that is nearest to hit `from`, at most `before` words before it or `after`
   * words after it; -1 if there is none. The hit itself is not looked at.
   */
  find(from: number, classes: number, before: number, after: number): number {
    const forward = this.findAfter(from, classes, after);
    const backward = this.findBefore(from, classes, before);
    if (forward < 0 || backward < 0) return Math.max(forward, backward);
    return this.distance(from, forward) <= this.distance(backward, from) ? forward : backward;
  }

  has(from: number, classes: number, before: number, after: number): boolean {
    return this.findAfter(from, classes, after) >= 0 || this.findBefore(from, classes, before) >= 0;
  }

  findAfter(from: number, classes: number, words: number): number {
    const limit = this.#order(from) + words;
    for (let at = from + 1; at < this.hits.length; at++) {
      const hit = this.hits[at];
      if (hit === undefined || hit.order > limit) return -1;
      if ((hit.classes & classes) !== 0) return at;
    }
    return -1;
  }

  findBefore(from: number, classes: number, words: number): number {
    const limit = this.#order(from) - words;
    for (let at = from - 1; at >= 0; at--) {
      const hit = this.hits[at];
      if (hit === undefined || hit.order < limit) return -1;
      if ((hit.classes & classes) !== 0) return at;
    }
    return -1;
  }

  /** How many hits of `classes` there are around `from`, at most `most`. */
  count(from: number, classes: number, before: number, after: number, most: number): number {
    let count = 0;
    for (let at = this.findAfter(from, classes, after); at >= 0 && count < most; count++) {
      at = this.findAfter(at, classes, after - this.distance(from, at));
    }
    for (let at = this.findBefore(from, classes, before); at >= 0 && count < most; count++) {
      at = this.findBefore(at, classes, before - this.distance(at, from));
    }
    return count;
  }

  is(at: number, classes: number): boolean {
    return ((this.hits[at]?.classes ?? 0) & classes) !== 0;
  }

  distance(from: number, to: number): number {
    return this.#order(to) - this.#order(from);
  }

  #order(at: number): number {
    return this.hits[at]?.order ?? 0;
  }
}

/** UTF-16 offsets, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * A text that detectors read and the places of the original it stands for. `main` is the text itself, normalised; the
 * others are what it carries hidden or encoded.
 */
export interface TextView {
  readonly text: string;
  readonly origin: "main" | "hidden" | "encoded";
  /** The part of the original that the span of this view's text came from; never empty unless the original is. */
  locate(start: number, end: number): Span;
}

/** The view of an original that normalising did not change. */
export function viewUnchanged(text: string): TextView {
  return { text, origin: "main", locate: (start, end) => ({ start, end }) };
}

/** A view whose every part stands for the whole `span`: what was decoded has no places of its own. */
export function viewWithin(text: string, origin: "hidden" | "encoded", span: Span): TextView {
  return { text, origin, locate: () => span };
}

/** Collects a normalised text piece by piece with the original offsets of each piece. */
export class ViewBuilder {
  #text = "";
  /** Where each piece starts in the new text and in the original, and where it ends in the original. */
  readonly #at: number[] = [];
  readonly #from: number[] = [];
  readonly #to: number[] = [];

  /** Appends what `original[start, end)` became. A piece of the same length maps unit by unit. */
  append(piece: string, start: number, end: number): void {
    if (piece === "") return;
    this.#at.push(this.#text.length);
    this.#from.push(start);
    this.#to.push(end);
    this.#text += piece;
  }

  /** `change` must keep the length: it replaces units one by one. */
  build(change: (text: string) => string): TextView {
    const text = change(this.#text);
    return { text, origin: "main", locate: (start, end) => this.#locate(start, end) };
  }

  #locate(start: number, end: number): Span {
    const first = this.#find(start);
    const last = this.#find(Math.max(start, end - 1));
    return {
      start: this.#offset(first, start, false),
      end: this.#offset(last, Math.max(start, end - 1), true),
    };
  }

  /** The piece that holds a unit of the new text, by binary search. */
  #find(position: number): number {
    let low = 0;
    let high = this.#at.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#at[middle] ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #offset(piece: number, position: number, isEnd: boolean): number {
    const at = this.#at[piece] ?? 0;
    const from = this.#from[piece] ?? 0;
    const to = this.#to[piece] ?? 0;
    const length = (this.#at[piece + 1] ?? this.#text.length) - at;
    if (length !== to - from) return isEnd ? to : from;
    return from + (position - at) + (isEnd ? 1 : 0);
  }
}

import type { EventSourceMapping } from "./event-source-mapping.ts";

/** Keeps the streams moving: each one on its own, as soon as anything was written. */
export class StreamPump {
  readonly #mappings: readonly EventSourceMapping[];
  readonly #running = new Map<EventSourceMapping, Promise<void>>();
  readonly #fresh = new Set<EventSourceMapping>();
  #isHeld = false;

  constructor(mappings: readonly EventSourceMapping[]) {
    this.#mappings = mappings;
  }

  /** Something was written. */
  wake(): void {
    for (const mapping of this.#mappings) this.#fresh.add(mapping);
    this.#start();
  }

  /** Lets nothing through from now on; what is on its way arrives before this resolves. */
  async hold(): Promise<void> {
    this.#isHeld = true;
    await this.idle();
  }

  letGo(): void {
    this.#isHeld = false;
    this.#start();
  }

  /** Resolves when all that was written has been delivered, and all that was written because of that. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  #start(): void {
    if (this.#isHeld) return;
    for (const mapping of this.#fresh) {
      if (this.#running.has(mapping)) continue;
      const running = this.#drain(mapping).finally(() => this.#running.delete(mapping));
      this.#running.set(mapping, running);
    }
  }

  async #drain(mapping: EventSourceMapping): Promise<void> {
    while (this.#fresh.delete(mapping)) {
      if (this.#isHeld) {
        this.#fresh.add(mapping);
        return;
      }
      await mapping.pump();
    }
  }
}

import { CountersignError } from "../../domain/errors.ts";
import type { Log, Now, StreamOutcome, StreamRecord } from "../../ports/functions.ts";
import type { Database } from "./database.ts";
import type { StreamSource } from "./stream-feed.ts";
import { StreamQueue, type QueuedRecord } from "./stream-queue.ts";

/** `batchSize` records at most go to the function at once; one that failed `attempts` times goes to the dead letters. */
export interface Stream extends StreamSource {
  readonly batchSize: number;
  readonly attempts: number;
}

/**
 * Runs the function on a batch of records of different items, in order. A rejection says that none of them is done, and
 * the halves of the batch are tried on their own, so that one record that throws does not fail the others. It must
 * settle, by a deadline of its own: a stream has one batch in flight and waits for it.
 */
export type Deliver = (functionName: string, records: readonly StreamRecord[]) => Promise<StreamOutcome>;

export interface DispatcherClock {
  readonly now: Now;
  /** Runs `run` once at `dueAt`, in epoch milliseconds, and never inside the call. */
  setTimer(dueAt: number, run: () => void): { cancel(): void };
}

export interface DeadLetter {
  readonly function: string;
  readonly record: StreamRecord;
  readonly attempts: number;
}

export interface StreamDispatcher {
  /** Delivers what is pending from earlier, and from then on every record on the microtask after its commit. */
  start(): void;
  /** Resolves when nothing is pending but dead letters, in any stream; rejects if the dispatcher is closed before. */
  idle(): Promise<void>;
  /** The oldest 1,000 of each stream. */
  deadLetters(): readonly DeadLetter[];
  /** Waits for the batches in flight; what is pending is delivered by the next process. */
  close(): Promise<void>;
}

export interface DispatcherOptions {
  readonly database: Database;
  readonly streams: readonly Stream[];
  readonly deliver: Deliver;
  readonly clock: DispatcherClock;
  readonly log: Log;
}

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 30_000;

/**
 * Hands queued changes to their functions: at least once, in the order of their commits, and of each item one after the
 * other, where a later change waits for an earlier one that failed. What failed comes again after 100 ms, then twice as
 * long each time up to 30 s.
 */
export function createStreamDispatcher(options: DispatcherOptions): StreamDispatcher {
  const pumps = new Map<string, StreamPump>();
  let idlers: PromiseWithResolvers<void>[] = [];

  function settleIdlers(): void {
    if (idlers.length === 0 || [...pumps.values()].some((pump) => pump.isBusy())) return;
    for (const idler of idlers) idler.resolve();
    idlers = [];
  }

  for (const stream of options.streams) {
    const pump = new StreamPump(stream, options, settleIdlers);
    pumps.set(pump.queue.name, pump);
  }
  const unsubscribe = options.database.onCommit(({ streams }) => {
    for (const name of streams) pumps.get(name)?.wake();
  });

  return {
    start() {
      for (const pump of pumps.values()) pump.start();
    },
    async idle() {
      const idler = Promise.withResolvers<void>();
      idlers.push(idler);
      settleIdlers();
      return idler.promise;
    },
    deadLetters: () => [...pumps.values()].flatMap((pump) => pump.deadLetters()),
    async close() {
      unsubscribe();
      await Promise.all([...pumps.values()].map((pump) => pump.close()));
      for (const idler of idlers) idler.reject(new Error("The stream dispatcher was closed."));
      idlers = [];
    },
  };
}

/** Works off one stream, batch after batch. */
class StreamPump {
  readonly queue: StreamQueue;
  readonly #stream: Stream;
  readonly #options: DispatcherOptions;
  readonly #onRest: () => void;
  /** Records that failed, with the time before which they are not tried again. */
  readonly #retryAt = new Map<number, number>();
  #isOpen = false;
  #work: Promise<void> | undefined;
  #timer: { cancel(): void } | undefined;

  constructor(stream: Stream, options: DispatcherOptions, onRest: () => void) {
    this.queue = new StreamQueue(options.database, stream);
    this.#stream = stream;
    this.#options = options;
    this.#onRest = onRest;
  }

  start(): void {
    this.#isOpen = true;
    this.wake();
  }

  wake(): void {
    if (!this.#isOpen || this.#work !== undefined) return;
    this.#timer?.cancel();
    this.#work = this.#workOff();
  }

  isBusy(): boolean {
    return this.#work !== undefined || this.queue.hasPending();
  }

  deadLetters(): readonly DeadLetter[] {
    return this.queue.deadLetters().map(({ attempts, ...record }) => ({
      function: this.#stream.function,
      record: toStreamRecord(record),
      attempts,
    }));
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#timer?.cancel();
    await this.#work;
  }

  async #workOff(): Promise<void> {
    // The first batch leaves within the call of `wake`, so on the microtask after the commit.
    let batch = this.#takeDue();
    do {
      await this.#workOffBatch(batch);
      batch = this.#isOpen ? this.#takeDue() : [];
    } while (batch.length > 0);
    // No `await` between the empty look and here, so no commit goes unseen.
    this.#work = undefined;
    this.#setTimer();
    this.#onRest();
  }

  async #workOffBatch(batch: readonly QueuedRecord[]): Promise<void> {
    if (batch.length === 0) return;
    const failedSequences = await this.#deliver(batch);
    const delivered = batch.filter(({ sequence }) => !failedSequences.has(sequence));
    const failures = batch.filter(({ sequence }) => failedSequences.has(sequence));
    const dead = failures.filter(({ attempts }) => attempts + 1 >= this.#stream.attempts);
    const failed = failures.filter(({ attempts }) => attempts + 1 < this.#stream.attempts);
    try {
      this.queue.settle({ delivered, failed, dead });
    } catch (error) {
      // The rows stand as they were: everything of the batch comes again.
      this.#report("alarm", "stream-not-settled", batch.length, error);
      for (const record of batch) this.#postpone(record);
      return;
    }
    for (const { number } of [...delivered, ...dead]) this.#retryAt.delete(number);
    for (const record of failed) this.#postpone(record);
    if (failed.length > 0) this.#report("warning", "stream-records-failed", failed.length);
    if (dead.length > 0) this.#report("alarm", "stream-records-dead", dead.length);
  }

  /** The sequences that failed. */
  async #deliver(batch: readonly QueuedRecord[]): Promise<ReadonlySet<string>> {
    try {
      const { failed } = await this.#options.deliver(this.#stream.function, batch.map(toStreamRecord));
      return new Set(failed);
    } catch (error) {
      this.#report("warning", "stream-delivery-threw", batch.length, error);
      if (batch.length === 1) return new Set(batch.map(({ sequence }) => sequence));
      const middle = Math.ceil(batch.length / 2);
      const first = await this.#deliver(batch.slice(0, middle));
      const second = await this.#deliver(batch.slice(middle));
      return new Set([...first, ...second]);
    }
  }

  #takeDue(): readonly QueuedRecord[] {
    const now = this.#options.clock.now();
    try {
      return this.queue.take(this.#stream.batchSize, (number) => (this.#retryAt.get(number) ?? 0) > now);
    } catch (error) {
      // The next commit that feeds the stream tries again.
      this.#report("alarm", "stream-not-read", 0, error);
      return [];
    }
  }

  #postpone({ number, attempts }: QueuedRecord): void {
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** attempts, LAST_RETRY_MS);
    this.#retryAt.set(number, this.#options.clock.now() + delayMs);
  }

  #setTimer(): void {
    if (!this.#isOpen || this.#retryAt.size === 0) return;
    let dueAt = Infinity;
    for (const retryAt of this.#retryAt.values()) dueAt = Math.min(dueAt, retryAt);
    this.#timer = this.#options.clock.setTimer(dueAt, () => this.wake());
  }

  #report(level: "warning" | "alarm", event: string, count: number, error?: unknown): void {
    const code =
      error instanceof CountersignError ? error.code : error === undefined ? "failed" : "unexpected";
    this.#options.log({ level, event, code: `${this.#stream.function}:${code}`, count });
  }
}

function toStreamRecord({ sequence, key, body }: StreamRecord): StreamRecord {
  return body === undefined ? { sequence, key } : { sequence, key, body };
}

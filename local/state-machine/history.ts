/** One event as Step Functions would list it; `state` is null where AWS's event has no state name. */
export interface HistoryEvent {
  readonly id: number;
  readonly type: string;
  readonly state: string | null;
}

/** Sees each event as it happens; used by the case runner only, events are never stored. */
export type HistoryRecorder = (executionName: string, event: HistoryEvent) => void;

/** What a token allows, in the style of Cognito's resource servers; `run` = start, cancel, withdraw. */
export const scopes = [
  "countersign/read",
  "countersign/run",
  "countersign/decide",
  "countersign/administer",
] as const;

export type Scope = (typeof scopes)[number];

/** A human who signed in. */
export interface Person {
  readonly kind: "person";
  /** The issuer's `sub`: the canonical subject of "one human, one vote" and of self-approval. */
  readonly subject: string;
  /** For people's eyes only; never compared. */
  readonly name: string;
  /** Ids of the pools that the issuer says the person belongs to. */
  readonly groups: readonly string[];
  readonly scopes: readonly Scope[];
  /** When the person last signed in, in epoch seconds (`auth_time`); `maxAuthAge` is counted from it. */
  readonly authenticatedAt: number;
  /** The app that the person signed in to. */
  readonly clientId: string;
}

/**
 * A client that signed in as itself; it may start runs and can never decide (docs/threat-model.md, "an agent gains
 * approver power").
 */
export interface Machine {
  readonly kind: "machine";
  /** The same as `clientId`. */
  readonly subject: string;
  readonly clientId: string;
  readonly scopes: readonly Scope[];
}

/** Who makes a request, taken from a verified token and from nowhere else. */
export type Principal = Person | Machine;

/**
 * - `malformed`: the input cannot be read, or something that the check needs is missing.
 * - `untrusted`: the input is well-formed, but no key that is trusted here signed it, or it is another log's.
 * - `tampered`: what the input claims is false.
 */
export type Fault = "malformed" | "untrusted" | "tampered";

/** What every parser and verifier of this folder answers instead of throwing; `why` is a sentence for people. */
export interface Faulty {
  readonly ok: false;
  readonly fault: Fault;
  readonly why: string;
}

export function malformed(why: string): Faulty {
  return { ok: false, fault: "malformed", why };
}

export function untrusted(why: string): Faulty {
  return { ok: false, fault: "untrusted", why };
}

export function tampered(why: string): Faulty {
  return { ok: false, fault: "tampered", why };
}

/** A made-up person of the demo, who signs in without a password. */
export interface SeededPerson {
  /** Also the username. */
  readonly subject: string;
  readonly displayName: string;
  readonly groups: readonly string[];
}

/** Everybody whom `countersign dev` knows; `countersign serve` has none of them. */
export const seededPeople: readonly SeededPerson[] = [
  { subject: "asker", displayName: "Ada (asker)", groups: [] },
  { subject: "asker-2", displayName: "Ben (asker-2)", groups: [] },
  { subject: "finance-1", displayName: "Finn (finance-1)", groups: ["finance"] },
  { subject: "finance-2", displayName: "Fiona (finance-2)", groups: ["finance"] },
  { subject: "finance-3", displayName: "Farid (finance-3)", groups: ["finance"] },
  { subject: "ops-1", displayName: "Olga (ops-1)", groups: ["ops"] },
  { subject: "ops-2", displayName: "Omar (ops-2)", groups: ["ops"] },
  { subject: "ops-3", displayName: "Otto (ops-3)", groups: ["ops"] },
  { subject: "auditor", displayName: "Audrey (auditor)", groups: ["auditor"] },
  { subject: "admin", displayName: "Amir (admin)", groups: ["admin"] },
  { subject: "outsider", displayName: "Uma (outsider)", groups: [] },
];

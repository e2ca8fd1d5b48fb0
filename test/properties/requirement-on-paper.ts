/** What a requirement can ask of whom: the cases of the property test, worked out by hand and not by the domain. */
export const shapes = {
  confirm: { kind: "approval", stages: [{ by: "asker", need: 1, rejections: 1 }] },
  "sign-off": { kind: "approval", stages: [{ by: ["finance"], need: 1, rejections: 1 }] },
  both: {
    kind: "approval",
    stages: [
      { by: "asker", need: 1, rejections: 1 },
      { by: ["finance"], need: 1, rejections: 1 },
    ],
  },
  "two-of-three": { kind: "approval", stages: [{ by: ["finance"], need: 2, rejections: 2 }] },
  doubt: { kind: "reconcile", stages: [{ by: ["finance"], need: 2, rejections: 1 }] },
} as const;

export type Shape = keyof typeof shapes;

/** Pool `finance` also holds the asker and the agent's owner `olaf`, whose votes never count there. */
export const finance = ["asker", "fay", "flo", "fred", "olaf"] as const;
const eligibleInFinance: readonly string[] = ["fay", "flo", "fred"];

/** Something that was committed about a requirement, as its outbox row says. */
export interface Fact {
  readonly kind: string;
  readonly at: number;
  readonly by: string;
  readonly stage: number | undefined;
  readonly decision: string | undefined;
}

type Status = "pending" | "approved" | "rejected" | "answered" | "expired" | "cancelled";

interface PaperVote {
  readonly by: string;
  readonly stage: number;
  readonly decision: string;
}

/** The requirement as somebody would keep it with a pencil: facts in the order of their commits, nothing else. */
export class RequirementOnPaper {
  status: Status = "pending";
  settledAs: string | undefined;
  /** The kind of the fact that closed it, where no vote did. */
  closedBy: string | undefined;
  readonly votes: PaperVote[] = [];
  readonly shape: Shape;
  readonly #expiresAt: number;
  #stage = 0;

  constructor(shape: Shape, expiresAt: number) {
    this.shape = shape;
    this.#expiresAt = expiresAt;
  }

  /** Writes the fact down; answers what is wrong with it, if anything. */
  note(fact: Fact): string | undefined {
    if (this.status !== "pending") return `${fact.kind} by ${fact.by} after it was ${this.status}`;
    this.closedBy = ["expired", "cancelled", "withdrawn"].includes(fact.kind) ? fact.kind : undefined;
    switch (fact.kind) {
      case "expired":
        this.status = "expired";
        return fact.at >= this.#expiresAt ? undefined : "expired too early";
      case "cancelled":
        this.status = "cancelled";
        return ["asker", "ada"].includes(fact.by) ? undefined : `cancelled by ${fact.by}`;
      case "withdrawn":
        this.status = "cancelled";
        if (fact.at >= this.#expiresAt) return "withdrawn after it had expired";
        return fact.by === "asker" && this.shape !== "doubt" ? undefined : `withdrawn by ${fact.by}`;
      default:
        return this.#noteVote(fact);
    }
  }

  #noteVote({ kind, at, by, stage, decision = "" }: Fact): string | undefined {
    const open = shapes[this.shape].stages[this.#stage];
    const expected = this.shape === "doubt" ? "answered" : open?.by === "asker" ? "confirmed" : "decided";
    if (open === undefined || kind !== expected) return `${kind} where ${expected} was expected`;
    if (stage !== this.#stage) return `a vote in stage ${String(stage)} while ${this.#stage} was open`;
    if (at >= this.#expiresAt) return "a vote after it had expired";
    const eligible = open.by === "asker" ? ["asker"] : eligibleInFinance;
    if (!eligible.includes(by)) return `a vote by ${by}`;
    if (this.votes.some((vote) => vote.by === by)) return `a second vote by ${by}`;
    this.votes.push({ by, stage, decision });
    this.#count(open);
    return undefined;
  }

  #count({ need, rejections }: { readonly need: number; readonly rejections: number }): void {
    const here = this.votes.filter(({ stage }) => stage === this.#stage).map(({ decision }) => decision);
    if (this.shape === "doubt") {
      const first = here[0];
      const agree = here.every((answer) => answer === first);
      if (agree && first !== "give-up" && here.length < need) return;
      this.status = "answered";
      this.settledAs = agree ? first : "give-up";
      return;
    }
    if (here.filter((answer) => answer === "reject").length >= rejections) this.status = "rejected";
    else if (here.filter((answer) => answer === "approve").length >= need) {
      this.#stage += 1;
      if (this.#stage === shapes[this.shape].stages.length) this.status = "approved";
    }
  }
}

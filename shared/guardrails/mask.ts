import { type Finding, type FindingKind, labelKind } from "./finding.ts";

/** A value that the vault keeps and what stands for it in texts. */
export interface VaultEntry {
  /** `<EMAIL_1>`. */
  readonly placeholder: string;
  /** `literal` is a part of a text that happened to look like a placeholder; it is no secret. */
  readonly kind: FindingKind | "literal";
  readonly value: string;
}

/** What a run has masked so far: plain data, kept with the run and grown by each call of `mask`. */
export interface Vault {
  readonly entries: readonly VaultEntry[];
}

export const emptyVault: Vault = { entries: [] };

const placeholder = /<[A-Z][A-Z_]{0,30}_\d{1,9}>/g;

/**
 * Puts a placeholder in the place of every finding: the same value in the same run gets the same one. Findings that
 * overlap are masked as one, named by the longest or the most confident of them, so no character of any is left. What
 * already looks like a placeholder is masked too: nobody can type a way to another value.
 */
export function mask(
  text: string,
  findings: readonly Finding[],
  vault: Vault,
): { readonly text: string; readonly vault: Vault } {
  const growing = new GrowingVault(vault);
  let masked = "";
  let from = 0;
  const takeLiteral = (to: number): string =>
    text.slice(from, to).replace(placeholder, (literal) => growing.place(literal, "literal"));
  for (const { start, end, kind } of joinOverlapping(findings)) {
    masked += takeLiteral(start) + growing.place(text.slice(start, end), kind);
    from = end;
  }
  masked += takeLiteral(text.length);
  return { text: masked, vault: growing.seal() };
}

/**
 * Puts the values back, of all kinds or only of those given; placeholders that the vault does not know stay as they are.
 * `rehydrate(mask(text, findings, vault).text, …)` is the text.
 */
export function rehydrate(text: string, vault: Vault, kinds?: ReadonlySet<FindingKind>): string {
  const values = new Map<string, string>();
  for (const entry of vault.entries)
    if (entry.kind === "literal" || kinds === undefined || kinds.has(entry.kind))
      values.set(entry.placeholder, entry.value);
  return text.replace(placeholder, (found) => values.get(found) ?? found);
}

/** The spans that findings cover, each named by its longest finding and of equally long ones the most confident. */
function joinOverlapping(findings: readonly Finding[]): { start: number; end: number; kind: FindingKind }[] {
  const spans: { start: number; end: number; naming: Finding }[] = [];
  for (const finding of findings.toSorted((a, b) => a.start - b.start)) {
    const last = spans.at(-1);
    if (last === undefined || finding.start >= last.end) {
      spans.push({ start: finding.start, end: finding.end, naming: finding });
      continue;
    }
    last.end = Math.max(last.end, finding.end);
    if (isBetterName(finding, last.naming)) last.naming = finding;
  }
  return spans.map(({ start, end, naming }) => ({ start, end, kind: naming.kind }));
}

function isBetterName(finding: Finding, other: Finding): boolean {
  const longer = finding.end - finding.start - (other.end - other.start);
  return longer > 0 || (longer === 0 && finding.confidence > other.confidence);
}

class GrowingVault {
  readonly #entries: VaultEntry[];
  readonly #placeholders = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  constructor({ entries }: Vault) {
    this.#entries = [...entries];
    for (const entry of entries) this.#index(entry);
  }

  /** The placeholder of a value; a new one if the run has not masked the value before. */
  place(value: string, kind: VaultEntry["kind"]): string {
    const known = this.#placeholders.get(value);
    if (known !== undefined) return known;
    const label = kind === "literal" ? "LITERAL" : labelKind(kind);
    const entry = { placeholder: `<${label}_${(this.#counts.get(label) ?? 0) + 1}>`, kind, value };
    this.#entries.push(entry);
    this.#index(entry);
    return entry.placeholder;
  }

  seal(): Vault {
    return { entries: this.#entries };
  }

  #index({ placeholder: name, value }: VaultEntry): void {
    const label = name.slice(1, name.lastIndexOf("_"));
    this.#counts.set(label, (this.#counts.get(label) ?? 0) + 1);
    this.#placeholders.set(value, name);
  }
}

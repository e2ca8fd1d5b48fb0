import * as z from "zod/mini";

/** A sum of money as people write it: at most 12 digits, a point, two digits, nothing else. */
export const amountSchema = z
  .string()
  .check(z.regex(/^(?:0|[1-9][0-9]{0,11})\.[0-9]{2}$/))
  .brand("Amount");
export type Amount = z.infer<typeof amountSchema>;

export type ParsedAmount =
  | { readonly ok: true; readonly amount: Amount; readonly cents: bigint }
  | { readonly ok: false; readonly reason: "not_an_amount"; readonly message: string };

export type AddedAmount =
  | { readonly ok: true; readonly amount: Amount }
  | { readonly ok: false; readonly reason: "amount_too_large"; readonly message: string };

/** Reads an amount such as `250.00`; `cents` are hundredths of its currency's unit, whatever the currency calls them. */
export function parseAmount(text: string): ParsedAmount {
  const parsed = amountSchema.safeParse(text);
  if (parsed.success) return { ok: true, amount: parsed.data, cents: centsOf(parsed.data) };
  const message = 'An amount has at most 12 digits, a point and two digits; write it like "250.00".';
  return { ok: false, reason: "not_an_amount", message };
}

/** Below zero if `left` is less, above if it is more, 0 if they are equal. */
export function compareAmounts(left: Amount, right: Amount): -1 | 0 | 1 {
  const difference = centsOf(left) - centsOf(right);
  if (difference === 0n) return 0;
  return difference < 0n ? -1 : 1;
}

/** The exact sum; refused when it needs more than 12 digits before the point. */
export function addAmounts(left: Amount, right: Amount): AddedAmount {
  const digits = String(centsOf(left) + centsOf(right)).padStart(3, "0");
  const sum = amountSchema.safeParse(`${digits.slice(0, -2)}.${digits.slice(-2)}`);
  if (sum.success) return { ok: true, amount: sum.data };
  const message = "The sum has more than 12 digits before the point; split it.";
  return { ok: false, reason: "amount_too_large", message };
}

function centsOf(amount: Amount): bigint {
  return BigInt(amount.replace(".", ""));
}

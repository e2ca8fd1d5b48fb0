const CURRENCIES: { readonly [word: string]: string } = {
  "€": "EUR",
  eur: "EUR",
  euro: "EUR",
  euros: "EUR",
  $: "USD",
  usd: "USD",
  dollar: "USD",
  dollars: "USD",
  "£": "GBP",
  gbp: "GBP",
  pound: "GBP",
  pounds: "GBP",
};

const AMOUNT =
  /(?<![\w.,-])(?<before>EUR|USD|GBP|[€$£])?\s*(?<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?<cents>\d{1,2}))?(?![\d.,]*\d)\s*(?<after>EUR|USD|GBP|euros?|dollars?|pounds?|[€$£])?/i;

/** Finds a sum of money: `amount` with two places, `currency` EUR unless another is named; else undefined. */
export function parseAmount(text: string): { amount: string; currency: string } | undefined {
  const { before, whole, cents = "", after } = AMOUNT.exec(text)?.groups ?? {};
  if (whole === undefined) return undefined;
  const currency = CURRENCIES[(before ?? after ?? "eur").toLowerCase()] ?? "EUR";
  return { amount: `${whole.replaceAll(",", "")}.${cents.padEnd(2, "0")}`, currency };
}

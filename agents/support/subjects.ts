import * as z from "zod/mini";

const aboutCustomer = z.looseObject({ customerId: z.string() });

/** The customer whom a tool's result names, if any. */
export function customerIn(result: unknown): readonly string[] {
  const parsed = aboutCustomer.safeParse(result);
  return parsed.success ? [parsed.data.customerId] : [];
}

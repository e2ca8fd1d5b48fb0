const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** "in 7 days", "3 minutes ago": one unit, rounded; the exact time stands beside it where it matters. */
export function describeRelative(at: string, now: number): string {
  const distance = Date.parse(at) - now;
  const amount = describeAmount(Math.abs(distance));
  return distance >= 0 ? `in ${amount}` : `${amount} ago`;
}

function describeAmount(milliseconds: number): string {
  if (milliseconds < 90 * secondMs) return countOf(milliseconds / secondMs, "second");
  if (milliseconds < 90 * minuteMs) return countOf(milliseconds / minuteMs, "minute");
  if (milliseconds < 36 * hourMs) return countOf(milliseconds / hourMs, "hour");
  return countOf(milliseconds / dayMs, "day");
}

function countOf(amount: number, unit: string): string {
  const whole = Math.round(amount);
  return whole === 1 ? `1 ${unit}` : `${whole} ${unit}s`;
}

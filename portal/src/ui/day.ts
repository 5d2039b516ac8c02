/** Days as the API writes them (YYYY-MM-DD), in a time zone; pure. */

/** Today in a time zone, as YYYY-MM-DD. */
export function today(timezone: string | undefined, now: Date = new Date()): string {
  // Swedes write dates as the API does.
  return new Intl.DateTimeFormat("sv-SE", { timeZone: timezone, dateStyle: "short" }).format(now);
}

/** The day so many days before or after. */
export function shifted(date: string, days: number): string {
  const moved = new Date(`${date}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

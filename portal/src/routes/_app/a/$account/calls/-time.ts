/** How the call log writes times and lengths; pure. */

/** Seconds as 0:07, 12:30 or 1:02:03. */
export function length(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

export const PERIODS = { today: 0, week: 6, month: 30 } as const;
export type Period = keyof typeof PERIODS;

/** From the start of the day `PERIODS[period]` days before `now` (local time) to the end of today; at most 31 days. */
export function span(period: Period, now: Date): [Date, Date] {
  const from = new Date(now);
  from.setHours(0, 0, 0, 0);
  from.setDate(from.getDate() - PERIODS[period]);
  const to = new Date(now);
  to.setHours(23, 59, 59, 0);
  const most = 2_682_000_000;
  return [to.getTime() - from.getTime() > most ? new Date(to.getTime() - most) : from, to];
}

/** Which schedules are in force now, as the call path sees it, and when that changes. */
import { queryOptions } from "@tanstack/react-query";

import { call, urls } from "@/api";

export interface Standing {
  id: string;
  in_force: boolean;
  /** When that changes (ISO 8601); null when it does not within a year. */
  until: string | null;
  /** Somebody set it by hand or by phone: the clock does not count. */
  overridden: boolean;
}

export const standingsQuery = (account: string) =>
  queryOptions({
    queryKey: ["account", account, "temporal_rules", "in_force"],
    queryFn: async ({ signal }) => {
      const { data } = await call<{ timezone: string; rules: Standing[] }>("GET", urls.getListTemporalRulesInForceUrl(account), { signal });
      return { timezone: data.timezone, rules: new Map(data.rules.map((one) => [one.id, one])) };
    },
    // The clock changes it without anybody telling.
    refetchInterval: 30_000,
  });

const DAY_MS = 86_400_000;

/** A moment as one says it on the account's clock: the time today, the weekday within a week, else the day. */
export function moment(text: string, timeZone: string | undefined, language: string, now = new Date()): string {
  const at = new Date(text);
  const day = (one: Date) => one.toLocaleDateString("en-CA", { timeZone });
  const time: Intl.DateTimeFormatOptions = { hour: "numeric", minute: "2-digit", timeZone };
  if (day(at) === day(now)) return at.toLocaleTimeString(language, time);
  const near = at.getTime() - now.getTime() < 6 * DAY_MS;
  return at.toLocaleString(language, near ? { weekday: "long", ...time } : { day: "numeric", month: "long", year: at.getFullYear() === now.getFullYear() ? undefined : "numeric", ...time });
}

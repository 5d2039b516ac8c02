/** Which part of the day the main number is in; pure. The call path decides by the same rules (core/hours). */
import type { Holiday } from "./holidays";
import { DAYS } from "./hours";
import type { Schedule } from "./main-number";
import type { Period } from "./periods";

interface Local {
  year: number;
  month: number;
  day: number;
  weekday: number;
  second: number;
}

/** The wall clock of a time zone; an unknown zone counts as UTC. */
export function localTime(moment: Date, zone: string | undefined): Local {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone ?? "UTC", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23" }).formatToParts(moment);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0);
  const [year, month, day] = [part("year"), part("month"), part("day")];
  const weekday = (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;
  return { year, month, day, weekday, second: part("hour") * 3600 + part("minute") * 60 + part("second") };
}

const ORDER = ["first", "second", "third", "fourth", "fifth"];

function isHoliday(holiday: Holiday, { year, month, day, weekday }: Local): boolean {
  if (holiday.kind === "other" || holiday.month !== month) return false;
  if (holiday.kind === "once") return holiday.year === year && holiday.day === day;
  if (holiday.kind === "date") return day >= holiday.day && day <= holiday.until;
  if (DAYS[weekday] !== holiday.weekday) return false;
  if (holiday.ordinal === "last") return day + 7 > new Date(Date.UTC(year, month, 0)).getUTCDate();
  return ORDER[Math.floor((day - 1) / 7)] === holiday.ordinal;
}

/** The lane a call of this moment takes. */
export function periodNow({ always, week, lunch, holidays }: Schedule, local: Local): Period {
  if (holidays.some((holiday) => isHoliday(holiday, local))) return "holidays";
  if (lunch.on && local.second >= lunch.start && local.second < lunch.stop) return "lunch";
  if (always) return "open";
  const today = week[DAYS[local.weekday] ?? "monday"];
  return today.some(([start, stop]) => local.second >= start && local.second < stop) ? "open" : "after";
}

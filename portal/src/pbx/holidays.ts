/** Holidays: what people call them, to and from the rules SmartPBX writes (type main_holidays); pure. */
import { fromGregorian, toGregorian } from "@/api";

import type { NewRule, Rule } from "./hours";

export const ORDINALS = ["first", "second", "third", "fourth", "last"] as const;

export interface Holiday {
  /** Absent: not made yet. */
  id?: string;
  name: string;
  /** `date`: the same date every year; `weekday`: such as the first Monday of a month; `once`: one date; `other`: what another client wrote. */
  kind: "date" | "weekday" | "once" | "other";
  month: number;
  day: number;
  /** Last day, for a few days in a row within the month. */
  until: number;
  year: number;
  ordinal: string;
  weekday: string;
}

const BLANK: Omit<Holiday, "name" | "kind"> = { month: 1, day: 1, until: 1, year: 2000, ordinal: "first", weekday: "monday" };

/** A holiday on a date of every year. */
export const onDate = (name: string, month: number, day: number, until = day): Holiday => ({ ...BLANK, name, kind: "date", month, day, until });
/** A holiday such as the first Monday of September. */
export const onWeekday = (name: string, month: number, ordinal: string, weekday: string): Holiday => ({ ...BLANK, name, kind: "weekday", month, ordinal, weekday });

/** The holiday of a rule. */
export function holidayOf(rule: Rule): Holiday {
  const base = { ...BLANK, id: rule.id, name: rule.name, month: rule.month ?? 1 };
  const days = rule.days ?? [];
  const run = days.every((day, index) => index === 0 || day === (days[index - 1] ?? 0) + 1);
  if (rule.cycle === "yearly" && days.length > 0 && run) return { ...base, kind: "date", day: days[0] ?? 1, until: days.at(-1) ?? 1 };
  if (rule.cycle === "yearly" && rule.ordinal && rule.ordinal !== "every" && rule.wdays?.length === 1)
    return { ...base, kind: "weekday", ordinal: rule.ordinal, weekday: rule.wdays[0] === "wensday" ? "wednesday" : (rule.wdays[0] ?? "monday") };
  if (rule.cycle === "date" && rule.start_date) {
    const date = fromGregorian(rule.start_date);
    return { ...base, kind: "once", year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), until: date.getUTCDate() };
  }
  return { ...base, kind: "other" };
}

/** The rule of a holiday. Throws for `other`, which is never written. */
export function ruleOf(holiday: Holiday): NewRule {
  const base = { name: holiday.name.trim(), type: "main_holidays", interval: 1 };
  if (holiday.kind === "date") {
    const days = Array.from({ length: Math.max(1, holiday.until - holiday.day + 1) }, (_, index) => holiday.day + index);
    return { ...base, cycle: "yearly", month: holiday.month, days };
  }
  if (holiday.kind === "weekday") return { ...base, cycle: "yearly", month: holiday.month, ordinal: holiday.ordinal, wdays: [holiday.weekday] };
  if (holiday.kind === "once") return { ...base, cycle: "date", start_date: toGregorian(new Date(Date.UTC(holiday.year, holiday.month - 1, holiday.day))) };
  throw new Error("a rule of another client is not rewritten");
}

/** The last day a month can have (29 for February: it comes every fourth year). */
export const daysIn = (month: number) => new Date(Date.UTC(2024, month, 0)).getUTCDate();

/** Public holidays on fixed rules, by country; those that move with Easter are left to the user. */
export const PUBLIC: Record<string, readonly Holiday[]> = {
  CA: [
    onDate("New Year's Day", 1, 1),
    onDate("Canada Day", 7, 1),
    onWeekday("Labour Day", 9, "first", "monday"),
    onDate("Truth and Reconciliation", 9, 30),
    onWeekday("Thanksgiving", 10, "second", "monday"),
    onDate("Remembrance Day", 11, 11),
    onDate("Christmas Day", 12, 25),
    onDate("Boxing Day", 12, 26),
  ],
  US: [
    onDate("New Year's Day", 1, 1),
    onWeekday("Martin Luther King Day", 1, "third", "monday"),
    onWeekday("Presidents' Day", 2, "third", "monday"),
    onWeekday("Memorial Day", 5, "last", "monday"),
    onDate("Juneteenth", 6, 19),
    onDate("Independence Day", 7, 4),
    onWeekday("Labor Day", 9, "first", "monday"),
    onWeekday("Thanksgiving", 11, "fourth", "thursday"),
    onDate("Christmas Day", 12, 25),
  ],
};

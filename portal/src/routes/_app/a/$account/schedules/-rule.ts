/** What a schedule is, and in how few words it can be said; pure. Times are seconds of the day, dates Gregorian seconds. */
import type { Identified } from "@/api";

export const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Day = (typeof DAYS)[number];
export const CYCLES = ["weekly", "daily", "monthly", "yearly", "date"] as const;
export const ORDINALS = ["first", "second", "third", "fourth", "fifth", "last", "every"] as const;
export const DAY_END = 86_400;

export interface RuleDoc extends Identified {
  name: string;
  cycle: (typeof CYCLES)[number];
  interval?: number;
  days?: number[];
  wdays?: string[];
  ordinal?: (typeof ORDINALS)[number];
  month?: number;
  start_date?: number;
  time_window_start?: number;
  time_window_stop?: number;
  enabled?: boolean;
}

export interface RuleSetDoc extends Identified {
  name: string;
  temporal_rules?: string[];
}

/** The rule's weekdays; `wensday` is the dialect's old spelling. */
export const daysOf = (rule: RuleDoc): Day[] => DAYS.filter((day) => rule.wdays?.some((name) => (name === "wensday" ? "wednesday" : name) === day));

/** From and to of the day; a stop before the start runs past midnight. */
export const windowOf = (rule: RuleDoc): readonly [number, number] => [rule.time_window_start ?? 0, rule.time_window_stop ?? DAY_END];

/** The parts of a day that are in force, as [from, to) in seconds, with what runs over from the day before. */
export function partsOf(rule: RuleDoc, day: Day): [number, number][] {
  const on = rule.cycle === "daily" ? [...DAYS] : daysOf(rule);
  const before = DAYS[(DAYS.indexOf(day) + 6) % 7];
  const [start, stop] = windowOf(rule);
  const today: [number, number][] = on.includes(day) ? [start < stop ? [start, stop] : [start, DAY_END]] : [];
  const over: [number, number][] = start >= stop && stop > 0 && before && on.includes(before) ? [[0, stop]] : [];
  return [...over, ...today];
}

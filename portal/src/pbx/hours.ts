/** Opening hours: the week as painted intervals, to and from the rules that SmartPBX writes; pure. Times are seconds of the day. */
import type { Identified } from "@/api";

export const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Day = (typeof DAYS)[number];
export type Interval = readonly [start: number, stop: number];
export type Week = Record<Day, readonly Interval[]>;

/** One cell of the painted grid. */
export const CELL = 1800;
export const DAY_END = 86_400;

export interface Rule extends Identified {
  name: string;
  type?: string;
  cycle: string;
  interval?: number;
  wdays?: string[];
  days?: number[];
  month?: number;
  ordinal?: string;
  start_date?: number;
  time_window_start?: number;
  time_window_stop?: number;
  enabled?: boolean;
}

export const EMPTY: Week = { monday: [], tuesday: [], wednesday: [], thursday: [], friday: [], saturday: [], sunday: [] };

/** Intervals in order, touching ones joined. */
export function joined(intervals: readonly Interval[]): Interval[] {
  const result: [number, number][] = [];
  for (const [start, stop] of intervals.toSorted(([one], [other]) => one - other)) {
    if (stop <= start) continue;
    const last = result.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], stop);
    else result.push([start, stop]);
  }
  return result;
}

/** A day with [start, stop) painted open or closed. */
export function painted(intervals: readonly Interval[], start: number, stop: number, open: boolean): Interval[] {
  if (open) return joined([...intervals, [start, stop]]);
  return joined(
    intervals.flatMap(([from, to]): Interval[] => [
      [from, Math.min(to, start)],
      [Math.max(from, stop), to],
    ]),
  );
}

/** Whether the grid's cell at `start` is open, partly open or closed. */
export function cellState(intervals: readonly Interval[], start: number): "open" | "part" | "closed" {
  const covered = intervals.reduce((sum, [from, to]) => sum + Math.max(0, Math.min(to, start + CELL) - Math.max(from, start)), 0);
  return covered >= CELL ? "open" : covered > 0 ? "part" : "closed";
}

/** A rule counts as opening hours when it is a weekly window of the kinds SmartPBX writes. */
export const isHours = (rule: Rule) => rule.type === "main_weekdays" || rule.type === "main_custom_hours";

/** The painted week of the rules a route uses. `wensday` is the dialect's old spelling. */
export function weekOf(rules: readonly Rule[]): Week {
  const week: Record<Day, Interval[]> = { monday: [], tuesday: [], wednesday: [], thursday: [], friday: [], saturday: [], sunday: [] };
  for (const rule of rules.filter(isHours)) {
    const window: Interval = [rule.time_window_start ?? 0, rule.time_window_stop ?? DAY_END];
    for (const name of rule.wdays ?? []) {
      const day = DAYS.find((one) => one === (name === "wensday" ? "wednesday" : name));
      if (!day) continue;
      if (window[1] > window[0]) week[day].push(window);
      else {
        // A stop before the start runs past midnight into the next day.
        week[day].push([window[0], DAY_END]);
        const next = DAYS[(DAYS.indexOf(day) + 1) % 7];
        if (next) week[next].push([0, window[1]]);
      }
    }
  }
  return Object.fromEntries(DAYS.map((day) => [day, joined(week[day])])) as unknown as Week;
}

export type NewRule = Omit<Rule, "id">;

/** The name of a day's rule: MainMonday; further windows of the same day are "MainMonday 2", … */
export function ruleName(day: Day, index: number): string {
  return `Main${day[0]?.toUpperCase()}${day.slice(1)}${index > 0 ? ` ${index + 1}` : ""}`;
}

/** The rules that say `week`: one per window, the first of a day under the name every client of the dialect knows. */
export function rulesOf(week: Week): NewRule[] {
  return DAYS.flatMap((day) =>
    week[day].map(([start, stop], index): NewRule => ({
      name: ruleName(day, index),
      type: index === 0 ? "main_weekdays" : "main_custom_hours",
      cycle: "weekly",
      interval: 1,
      wdays: [day],
      time_window_start: start,
      time_window_stop: stop,
    })),
  );
}

/** "09:00" of seconds, and back; undefined for what is no time. 24:00 is the end of the day. */
export function clock(seconds: number): string {
  return `${String(Math.floor(seconds / 3600)).padStart(2, "0")}:${String(Math.floor((seconds % 3600) / 60)).padStart(2, "0")}`;
}

export function seconds(text: string): number | undefined {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(text.trim()) ?? [];
  const value = Number(hours) * 3600 + Number(minutes) * 60;
  return hours !== undefined && value <= DAY_END && Number(minutes) < 60 ? value : undefined;
}

/** Days with the same hours together, in order: what a person would say ("Mon–Fri 09:00–17:00"). */
export function spoken(week: Week): { days: Day[]; intervals: readonly Interval[] }[] {
  const groups: { days: Day[]; intervals: readonly Interval[] }[] = [];
  for (const day of DAYS) {
    const last = groups.at(-1);
    if (last && JSON.stringify(last.intervals) === JSON.stringify(week[day])) last.days.push(day);
    else groups.push({ days: [day], intervals: week[day] });
  }
  return groups;
}

/** What a report is about, as it stands in the address; pure. */
import { shifted } from "@/ui/day";

export const PRESETS = ["7", "30", "month", "last-month", "90", "365", "own"] as const;
export type Preset = (typeof PRESETS)[number];
export const CUTS = ["hour", "day", "month"] as const;
export type By = (typeof CUTS)[number];
export const MEASURES = ["calls", "minutes", "asr", "margin"] as const;
export type Measure = (typeof MEASURES)[number];

/** `of`: the account looked at, when it is not the one of the address; `from` and `to`: days, for the preset `own`. */
export interface ReportSearch {
  of?: string;
  preset?: Preset;
  from?: string;
  to?: string;
  by?: By;
  measure?: Measure;
}

const day = (value: unknown) => (typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) ? value : undefined);
const one = <T extends string>(value: unknown, of: readonly T[]): T | undefined => of.find((known) => known === String(value));

/** Reads a report's part of the address. */
export function reportSearch(search: Record<string, unknown>): ReportSearch {
  return {
    of: typeof search.of === "string" && /^[0-9a-f]{32}$/.test(search.of) ? search.of : undefined,
    preset: one(search.preset, PRESETS),
    from: day(search.from),
    to: day(search.to),
    by: one(search.by, CUTS),
    measure: one(search.measure, MEASURES),
  };
}

/** First and last day of what the address asks for. */
export function range({ preset = "30", from, to }: ReportSearch, now: string): { from: string; to: string } {
  if (preset === "own") {
    const last = to ?? now;
    return { from: from ?? shifted(last, -29), to: last };
  }
  if (preset === "month") return { from: `${now.slice(0, 7)}-01`, to: now };
  if (preset === "last-month") {
    const last = shifted(`${now.slice(0, 7)}-01`, -1);
    return { from: `${last.slice(0, 7)}-01`, to: last };
  }
  return { from: shifted(now, 1 - Number(preset)), to: now };
}

/** How many days that is, both ends counted. */
export function length({ from, to }: { from: string; to: string }): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1;
}

/** How a time may be cut, so that there are columns to look at and not too many; the first is the best. */
export function cuts(days: number): By[] {
  if (days <= 3) return ["hour", "day"];
  if (days <= 31) return ["day", "hour"];
  if (days <= 62) return ["day", "month"];
  return days <= 120 ? ["day", "month"] : ["month", "day"];
}

/** Presets are days of the account's zone; what the address says is checked. */
import { expect, test } from "vitest";

import { today } from "@/ui/day";

import { cuts, length, range, reportSearch } from "./-period";

test("presets end today, months are whole", () => {
  expect(range({}, "2026-03-02")).toEqual({ from: "2026-02-01", to: "2026-03-02" });
  expect(range({ preset: "7" }, "2026-03-02")).toEqual({ from: "2026-02-24", to: "2026-03-02" });
  expect(range({ preset: "month" }, "2026-03-02")).toEqual({ from: "2026-03-01", to: "2026-03-02" });
  expect(range({ preset: "last-month" }, "2026-03-02")).toEqual({ from: "2026-02-01", to: "2026-02-28" });
  expect(range({ preset: "own", from: "2026-01-01", to: "2026-01-05" }, "2026-03-02")).toEqual({ from: "2026-01-01", to: "2026-01-05" });
  expect(length(range({}, "2026-11-02"))).toBe(30);
});

test("today is the zone's", () => {
  const now = new Date("2026-06-10T03:00:00Z");
  expect(today("America/Toronto", now)).toBe("2026-06-09");
  expect(today("Asia/Kathmandu", now)).toBe("2026-06-10");
});

test("an address that makes no sense is one without it", () => {
  expect(reportSearch({ of: "x", preset: "9", from: "yesterday", by: "year", measure: 3 })).toEqual({});
  expect(reportSearch({ preset: 7, by: "hour" })).toEqual({ preset: "7", by: "hour" });
});

test("a day is cut into hours, a year into months", () => {
  expect(cuts(1)[0]).toBe("hour");
  expect(cuts(30)[0]).toBe("day");
  expect(cuts(365)[0]).toBe("month");
});

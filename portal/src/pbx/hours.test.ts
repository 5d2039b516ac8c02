/** A painted week becomes the dialect's rules and comes back the same. */
import { expect, test } from "vitest";

import { holidayOf, onDate, onWeekday, ruleOf } from "./holidays";
import { cellState, clock, EMPTY, painted, ruleName, rulesOf, seconds, spoken, weekOf, type Week } from "./hours";

const nine = 9 * 3600;
const office: Week = { ...EMPTY, monday: [[nine, 64_800]], tuesday: [[nine, 43_200], [46_800, 64_800]] };

test("painting joins and cuts windows, to the minute", () => {
  expect(painted([[nine, 43_200]], 43_200, 45_000, true)).toEqual([[nine, 45_000]]);
  expect(painted([[nine, 64_800]], 43_200, 46_800, false)).toEqual([[nine, 43_200], [46_800, 64_800]]);
  expect(painted([[nine + 900, 64_800]], nine, nine + 1800, false)).toEqual([[nine + 1800, 64_800]]);
  expect(cellState([[nine + 900, 64_800]], nine)).toBe("part");
});

test("each window is a rule; the first of a day has the name SmartPBX gives it", () => {
  const rules = rulesOf(office);
  expect(rules.map(({ name, type, wdays }) => [name, type, wdays])).toEqual([
    ["MainMonday", "main_weekdays", ["monday"]],
    ["MainTuesday", "main_weekdays", ["tuesday"]],
    ["MainTuesday 2", "main_custom_hours", ["tuesday"]],
  ]);
  expect(weekOf(rules.map((rule) => ({ ...rule, id: ruleName("monday", 0) })))).toEqual(office);
});

test("the old spelling of Wednesday and a window past midnight are read as they are meant", () => {
  const night = { id: "1", name: "x", type: "main_weekdays", cycle: "weekly", wdays: ["wensday"], time_window_start: 79_200, time_window_stop: 7200 };
  expect(weekOf([night])).toMatchObject({ wednesday: [[79_200, 86_400]], thursday: [[0, 7200]] });
});

test("times are read and written", () => {
  expect([seconds("9:00"), seconds("24:00"), seconds("24:30"), seconds("9"), clock(nine), clock(86_400)]).toEqual([nine, 86_400, undefined, undefined, "09:00", "24:00"]);
  expect(spoken({ ...EMPTY, monday: [[0, 1]], tuesday: [[0, 1]] }).map(({ days }) => days.length)).toEqual([2, 5]);
});

test("holidays come back as they went", () => {
  for (const holiday of [onDate("Christmas", 12, 24, 26), onWeekday("Labour Day", 9, "first", "monday"), { ...onDate("Move", 5, 4), kind: "once" as const, year: 2027 }]) {
    const { id: _, ...read } = holidayOf({ ...ruleOf(holiday), id: "r" });
    expect({ ...read, year: holiday.year }).toEqual(holiday);
  }
  expect(ruleOf(onDate("Christmas", 12, 24, 26))).toMatchObject({ type: "main_holidays", cycle: "yearly", month: 12, days: [24, 25, 26] });
});

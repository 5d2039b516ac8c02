/** The dashboard's "open now" agrees with the rules. */
import { expect, test } from "vitest";

import { onDate, onWeekday } from "./holidays";
import { EMPTY } from "./hours";
import type { Schedule } from "./main-number";
import { localTime, periodNow } from "./period-now";

const schedule: Schedule = { always: false, week: { ...EMPTY, monday: [[9 * 3600, 17 * 3600]] }, lunch: { on: true, start: 43_200, stop: 46_800 }, holidays: [onWeekday("Labour Day", 9, "first", "monday"), onDate("Christmas", 12, 24, 26)] };
const at = (text: string, zone = "America/Toronto") => periodNow(schedule, localTime(new Date(text), zone));

test("the account's own clock counts, over the change to summer time too", () => {
  expect(at("2027-03-08T13:59:59Z")).toBe("after"); // 08:59:59 EST
  expect(at("2027-03-08T14:00:00Z")).toBe("open");
  expect(at("2027-03-15T13:00:00Z")).toBe("open"); // 09:00 EDT
  expect(at("2027-03-15T21:00:00Z")).toBe("after");
});

test("a holiday wins over lunch, lunch over opening hours", () => {
  expect(at("2027-09-06T16:30:00Z")).toBe("holidays");
  expect(at("2027-09-13T16:30:00Z")).toBe("lunch");
  expect(at("2027-12-27T17:30:00Z")).toBe("lunch");
  expect(at("2027-12-26T23:30:00Z")).toBe("holidays");
});

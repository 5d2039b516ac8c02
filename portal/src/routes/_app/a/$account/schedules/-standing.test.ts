/** Moments are told on the account's clock, not the reader's. */
import { expect, test } from "vitest";

import { moment } from "./-standing";

const now = new Date("2026-11-27T20:00:00Z");
const plain = (text: string) => text.replaceAll(/\s/g, " ");

test("D13: today by the time, this week by the weekday, later by the day", () => {
  expect(plain(moment("2026-11-27T22:00:00Z", "America/Toronto", "en-CA", now))).toBe("5:00 p.m.");
  expect(plain(moment("2026-11-30T14:00:00Z", "America/Toronto", "en-CA", now))).toBe("Monday 9:00 a.m.");
  expect(plain(moment("2026-11-30T14:00:00Z", "America/Toronto", "fr", now))).toBe("lundi 09:00");
  expect(plain(moment("2026-12-25T19:00:00Z", "America/Toronto", "fr", now))).toBe("25 décembre à 14:00");
});

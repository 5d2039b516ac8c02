/** The porting desk's pure parts. */
import { expect, test } from "vitest";

import { asLines, fromLines, listed, monthAfter, weeksOf } from "./-port";

test("B4: numbers are written one a line with the carrier they leave, and what else is known of them stays", () => {
  const before = { "+14165550100": { messaging: true, carrier: "Old Tel" }, "+14165550101": {} };
  expect(asLines(before)).toBe("+14165550100, Old Tel\n+14165550101");
  expect(fromLines("(416) 555-0100, New Tel\n\n1-416-555-0199", before)).toEqual({ "+14165550100": { messaging: true, carrier: "New Tel" }, "+14165550199": {} });
  expect(fromLines("+14165550100", before)).toEqual({ "+14165550100": { messaging: true } });
});

test("B4: a month is shown in whole weeks that begin on Monday", () => {
  const december = weeksOf("2026-12");
  expect(december[0]?.[0]).toBe("2026-11-30");
  expect(december.at(-1)?.at(-1)).toBe("2027-01-03");
  expect(weeksOf("2027-02")).toHaveLength(4);
  expect(monthAfter("2026-12", 1)).toBe("2027-01");
  expect(monthAfter("2026-01", -1)).toBe("2025-12");
});

test("B4: every finding of the pre-check is listed at its field", () => {
  expect(listed({ numbers: { mixed: { message: "a" }, split: { message: "b" } }, "bill.pin": { required: { message: "c" } } })).toEqual([
    { field: "numbers", message: "a" },
    { field: "numbers", message: "b" },
    { field: "bill.pin", message: "c" },
  ]);
});

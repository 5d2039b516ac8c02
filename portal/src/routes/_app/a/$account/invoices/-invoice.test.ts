/** What is read off an invoice before it is shown. */
import { expect, test } from "vitest";

import { exactMoney } from "@/ui/money";

import { addressLines, due, minutesOf, wantedBack } from "./-invoice";

test("C6: what is owed is what stands below zero, and nothing when there is credit", () => {
  expect(due(-15.75)).toBe(15.75);
  expect(due(4.199999)).toBe(0);
});

test("C6: amounts keep the places that make them add up", () => {
  expect(exactMoney(-0.0125, "CAD", "en-CA")).toBe("-$0.0125");
  expect(exactMoney(15.8, "CAD", "en-CA")).toBe("$15.80");
});

test("seconds of calls are minutes, other quantities are not", () => {
  expect(minutesOf({ unit: "sec", quantity: 90 })).toBe(1.5);
  expect(minutesOf({ unit: "", quantity: 3 })).toBeUndefined();
});

test("an address is shown whatever shape it was written in", () => {
  expect(addressLines("1 King St\nToronto")).toEqual(["1 King St", "Toronto"]);
  expect(addressLines({ street: "1 King St", extra: "", city: "Toronto", zip: 5 })).toEqual(["1 King St", "Toronto"]);
  expect(addressLines(null)).toEqual([]);
});

test("C6: a credit note asks for one thing, lines in the order of the invoice", () => {
  expect(wantedBack("whole", "3", { 1: "2" })).toEqual({ whole: true });
  expect(wantedBack("amount", "3.5", { 1: "2" })).toEqual({ amount: "3.5" });
  expect(wantedBack("lines", "3", { 10: "", 2: "1.25" })).toEqual({ lines: [{ line: 2, amount: "1.25" }, { line: 10 }] });
});

/** What an operator pastes becomes E.164, or is named as what it is not. */
import { expect, test } from "vitest";

import { e164, parseNumbers } from "./parse-numbers";

test("B1: numbers are E.164; ten digits are North American", () => {
  expect(e164("+14164445555")).toBe("+14164445555");
  expect(e164("(416) 444-5555")).toBe("+14164445555");
  expect(e164("+62 21 2930 3030")).toBe("+622129303030");
  expect(e164("4445555")).toBeUndefined();
  expect(e164("+1416444555")).toBeUndefined();
});

test("ranges are written short or whole, and each number comes once", () => {
  expect(parseNumbers("+14165550100-0102, +14165550101\n416 555 0109").numbers).toEqual(["+14165550100", "+14165550101", "+14165550102", "+14165550109"]);
  expect(parseNumbers("+14165550100 to +14165550101").numbers).toHaveLength(2);
  expect(parseNumbers("+14165550100-20").numbers).toHaveLength(21);
});

test("what cannot be read is named", () => {
  expect(parseNumbers("12\n+14165550200-0100\n+14160000000-4169999999").problems).toEqual([
    { text: "12", why: "notE164" },
    { text: "+14165550200-0100", why: "rangeOrder" },
    { text: "+14160000000-4169999999", why: "rangeTooLong" },
  ]);
});

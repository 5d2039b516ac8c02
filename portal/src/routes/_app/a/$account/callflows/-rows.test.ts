/** What the callflow list shows: numbers and patterns as one dials them, and nothing that nobody can dial. */
import { expect, test } from "vitest";

import { dialledPattern, type FlowRow, reachedBy } from "./-rows";

const row = (numbers: string[], patterns: string[] = []): FlowRow => ({ id: "1", numbers, patterns, modules: [] });

test("G3 a pattern of a beginning and digits reads as one dials it, others stay as they are", () => {
  expect(dialledPattern(String.raw`^\*3([0-9]*)$`)).toBe("*3…");
  expect(dialledPattern(String.raw`^\*11$`)).toBe("*11");
  expect(dialledPattern(String.raw`^\*\*([0-9]+)$`)).toBe("**…");
  expect(dialledPattern("^(1[0-9]{3})$")).toBe("^(1[0-9]{3})$");
});

test("G3 numbers that nobody can dial are not shown", () => {
  expect(reachedBy(row(["undefinedconf"]))).toBe("");
  expect(reachedBy(row(["a1b2c3d4e5f6g7h8i9j0k1l2m"]))).toBe("");
  expect(reachedBy(row(["2000", "+14165550100", "MainOpenHours"]))).toBe("2000, +1 (416) 555-0100, MainOpenHours");
});

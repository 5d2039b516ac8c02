/** The axis of charts. */
import { expect, test } from "vitest";

import { every, ticks } from "./scale";

test("steps are round and reach the largest value", () => {
  expect(ticks(0)).toEqual([0, 1]);
  expect(ticks(3)).toEqual([0, 1, 2, 3]);
  expect(ticks(17)).toEqual([0, 5, 10, 15, 20]);
  expect(ticks(980)).toEqual([0, 250, 500, 750, 1000]);
  expect(ticks(0.4)).toEqual([0, 0.1, 0.2, 0.3, 0.4]);
});

test("labels are thinned to the room there is", () => {
  expect(every(24, 1200, 48)).toBe(1);
  expect(every(24, 400, 48)).toBe(3);
});

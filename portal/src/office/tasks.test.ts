/** What a task's counts mean. */
import { expect, test } from "vitest";

import { countOf, isOver, type Task } from "./tasks";

const task = { total_count: 10, bad_count: 2, success_count: 3, failure_count: 1, status: "stopped" } as Task;

test("A8: rows that wait are those that are neither left out, nor done, nor failed", () => {
  expect(countOf(task, "ready")).toBe(4);
  expect(countOf(task, "bad")).toBe(2);
  expect(countOf(task, undefined)).toBe(10);
});

test("A8: a paused task is not over", () => {
  expect(isOver(task)).toBe(false);
  expect(isOver({ status: "partial" })).toBe(true);
});

/** Guards: what is an account's own, and closing a class of numbers. */
import { expect, test } from "vitest";

import type { Fraud } from "@/office/lock";

import { ownGuards, toggled } from "./guards";

const fraud: Fraud = { max_forwarded_calls: 5, in_force: { blocked_classes: ["international", "toll_us"], max_forwarded_calls: 5, velocity: { calls: 120, seconds: 60 }, lock_to: 2 }, lock: { level: 0, reason: "" } };

test("what was never set stays unset, so that a better default reaches the account", () => {
  expect(ownGuards(fraud)).toEqual({ max_forwarded_calls: 5 });
});

test("closing a class begins with what is closed by itself", () => {
  expect(toggled(fraud, undefined, "caribbean", true)).toEqual(["caribbean", "international", "toll_us"]);
  expect(toggled(fraud, undefined, "international", false)).toEqual(["toll_us"]);
  expect(toggled(fraud, [], "toll_us", true)).toEqual(["toll_us"]);
});

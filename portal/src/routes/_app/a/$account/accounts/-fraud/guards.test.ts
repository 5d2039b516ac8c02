/** Guards: what is an account's own, and closing a class of numbers. */
import { expect, test } from "vitest";

import type { Fraud } from "@/office/lock";

import { ownGuards, toggled, withPart } from "./guards";

const fraud: Fraud = { max_forwarded_calls: 5, in_force: { blocked_classes: ["international", "toll_us"], max_forwarded_calls: 5, velocity: { calls: 120, seconds: 60 }, off_hours: null, unusual: null, lock_to: 2 }, lock: { level: 0, reason: "" } };

test("what was never set stays unset, so that a better default reaches the account", () => {
  expect(ownGuards(fraud)).toEqual({ max_forwarded_calls: 5 });
});

test("closing a class begins with what is closed by itself", () => {
  expect(toggled(fraud, undefined, "caribbean", true)).toEqual(["caribbean", "international", "toll_us"]);
  expect(toggled(fraud, undefined, "international", false)).toEqual(["toll_us"]);
  expect(toggled(fraud, [], "toll_us", true)).toEqual(["toll_us"]);
});

test("a part of a guard is written alone, and the last one emptied gives the default back", () => {
  expect(withPart(undefined, "calls" as never, "50")).toEqual({ calls: 50 });
  expect(withPart({ begins: 22, calls: 50 }, "calls", "")).toEqual({ begins: 22 });
  expect(withPart({ calls: 50 }, "calls", "")).toBeUndefined();
  expect(withPart({ calls: 50 }, "calls", 0)).toEqual({ calls: 0 });
});

/** Trunks to the letter of the specification. */
import { expect, test } from "vitest";

import { BLANK, callerWay, routed, routeOf, shownAs, tried, type Trunk, withCaller, wrongIn } from "./-trunk";

test("B5: +661234567 is shown as 01234567, and a forced caller id is that", () => {
  expect(shownAs({ prefix: "0", regex: "^\\+?66(\\d{5,})$" }, "+661234567")).toBe("01234567");
  expect(shownAs({ value: "14165554444" }, "+661234567")).toBe("14165554444");
});

test("the number sent is the rule's group behind the gateway's prefix", () => {
  const trunk: Trunk = { ...BLANK, gateways: [{ server: "x", prefix: "011" }] };
  expect(tried(trunk, "+14165550100")).toEqual({ rule: "^\\+(1\\d{6,})$", sent: "01114165550100" });
  expect(tried(trunk, "+33123456789")).toBeUndefined();
  expect(tried({ ...trunk, rules: ["("] }, "+1")).toBeUndefined();
});

test("the caller's formatter comes and goes; others stay", () => {
  const trunk: Trunk = { ...BLANK, formatters: { to: { prefix: "9" } } };
  const forced = withCaller(trunk, { value: "1" });
  expect(callerWay(forced)).toBe("force");
  expect(withCaller(forced, undefined).formatters).toEqual({ to: { prefix: "9" } });
  expect(withCaller(withCaller(BLANK, { prefix: "0" }), undefined)).not.toHaveProperty("formatters");
});

test("what is missing or no pattern is named", () => {
  expect(wrongIn(BLANK)).toEqual({ name: "required", "gateways.0.server": "required" });
  expect(wrongIn({ ...BLANK, name: "A", gateways: [{ server: "x" }], rules: ["("] })).toEqual({ rules: "pattern" });
});

test("B6: parent and local are the dialect's offnet and resources", () => {
  const parent = { module: "offnet", data: { timeout: 9 }, children: {} };
  expect(routeOf(parent)).toBe("parent");
  const local = routed(parent, "local");
  expect(local).toEqual({ module: "resources", data: { timeout: 9 }, children: {} });
  expect(routeOf(routed(local, "parent"))).toBe("parent");
  expect(routeOf({ module: "menu", data: {}, children: {} })).toBeUndefined();
});

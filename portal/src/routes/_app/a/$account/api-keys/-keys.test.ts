/** What a key may do, and until when. */
import { expect, test } from "vitest";

import { dayOf, endOf, standing } from "./-key";
import { levelOf, othersOf, presetOf, withLevel, withOthers, withPreset, wrongScopes } from "./-scopes";

test("A10: a key reads everything, may everything, or what was chosen", () => {
  expect(presetOf(["*:read"])).toBe("read");
  expect(presetOf(["users:read", "*:*"])).toBe("all");
  expect(presetOf([])).toBe("chosen");
  expect(withPreset(["*:read"], "chosen")).toEqual([]);
  expect(withPreset(["users:read"], "all")).toEqual(["*:*"]);
});

test("A10: each resource is none, read or all, and other scopes stay", () => {
  const scopes = withLevel(withLevel(["users:invite"], "cdrs", "read"), "users", "all");
  expect(scopes).toEqual(["users:invite", "cdrs:read", "users:*"]);
  expect(levelOf(scopes, "users")).toBe("all");
  expect(levelOf(withLevel(scopes, "users", "none"), "users")).toBe("none");
  expect(othersOf(scopes)).toEqual(["users:invite"]);
  expect(withOthers(scopes, ["Menus:read "])).toEqual(["cdrs:read", "users:*", "menus:read"]);
});

test("A10: what is no scope is named before it is sent", () => {
  expect(wrongScopes(["users:read", "everything", "a:b:c", "*:read"])).toEqual(["everything", "a:b:c"]);
});

test("A10: a key ends with its day, and says so", () => {
  expect(endOf("")).toBeNull();
  expect(dayOf(endOf("2027-01-31"))).toBe("2027-01-31");
  expect(standing({ enabled: true, expired: true })).toBe("expired");
  expect(standing({ enabled: false, expired: false })).toBe("off");
});

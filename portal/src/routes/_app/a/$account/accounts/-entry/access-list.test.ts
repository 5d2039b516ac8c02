/** Lists of addresses: what is written is what was meant. */
import { expect, test } from "vitest";

import { addressesOf, entryOf, isAddress, listOf, wrongIn } from "./access-list";

test("A10: an empty list is the way of everybody, whatever its order says", () => {
  expect(entryOf({ order: "allow,deny", cidrs: [] }).way).toBe("any");
  expect(entryOf({ order: "deny,allow", cidrs: ["192.0.2.0/24"] })).toEqual({ way: "not", text: "192.0.2.0/24" });
  expect(listOf({ way: "any", text: "192.0.2.1" })).toEqual({ order: "allow,deny", cidrs: [] });
});

test("A10: addresses are read as people write them", () => {
  expect(addressesOf("192.0.2.1, 192.0.2.1\n2001:db8::/32\n")).toEqual(["192.0.2.1", "2001:db8::/32"]);
  expect(listOf({ way: "only", text: "192.0.2.0/24" })).toEqual({ order: "allow,deny", cidrs: ["192.0.2.0/24"] });
  expect(["192.0.2.1", "192.0.2.0/24", "2001:db8::/32"].every(isAddress)).toBe(true);
  expect(["office", "192.0.2", "face"].some(isAddress)).toBe(false);
  expect(wrongIn({ way: "only", text: "192.0.2.1\noffice" })).toBe("office");
  expect(wrongIn({ way: "not", text: " " })).toBe("");
  expect(wrongIn({ way: "any", text: "office" })).toBe(null);
});

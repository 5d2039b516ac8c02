/** Realms by name. */
import { expect, test } from "vitest";

import { isRealm, suggestedRealm } from "./realm";

test("A3: the suggestion is a domain below the one above, whatever the name", () => {
  expect(suggestedRealm("Best Buy, Inc.", "cloudpbx.com")).toBe("best-buy-inc.cloudpbx.com");
  expect(suggestedRealm("Café Québécois", "x.example")).toBe("cafe-quebecois.x.example");
  expect(suggestedRealm("…", "x.example")).toBe("");
  expect(isRealm(suggestedRealm("A".repeat(90), "x.example"))).toBe(true);
});

test("what is no domain name is told", () => {
  for (const text of ["acme", "acme..com", "-a.com", "a b.com"]) expect(isRealm(text)).toBe(false);
  expect(isRealm("acme.example.com")).toBe(true);
});

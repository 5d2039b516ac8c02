/** Nothing is offered that the accounts above do not allow. */
import { expect, test } from "vitest";

import { ceilingOf, choices, lengthIn, lengthsOf, type Security } from "./session-length";

const security = (own: Security["account"], all: number): Security => ({
  account: own,
  inherited_config: { auth_modules: { cb_user_auth: { multi_factor: { enabled: false }, token_auth_expiry_s: 3_600, max_token_auth_expiry_s: all } } },
});

test("A10: sessions as long as those above allow, and what is set is shown whatever it is", () => {
  const held = security({ auth_modules: { cb_user_auth: { token_auth_expiry_s: 7_200 } } }, 3_600);
  expect(lengthsOf(held)).toEqual({ life: "7200", most: "" });
  expect(choices("7200", ceilingOf(held, ""))).toEqual([900, 3_600, 7_200]);
  expect(ceilingOf(held, "900")).toBe(900);
});

test("one's own ceiling can be lifted again", () => {
  const own = security({ auth_modules: { cb_user_auth: { max_token_auth_expiry_s: 900 } } }, 900);
  expect(choices("", ceilingOf(own, ""))).toHaveLength(6);
});

test("lengths are told in their largest whole unit", () => {
  expect([900, 3_600, 5_400, 604_800].map((seconds) => Object.values(lengthIn(seconds)).join(" "))).toEqual(["minute 15", "hour 1", "minute 90", "day 7"]);
});

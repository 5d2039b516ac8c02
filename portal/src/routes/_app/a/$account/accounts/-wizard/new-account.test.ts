/** The wizard's one request. */
import { expect, test } from "vitest";

import { blank, bodyOf, stepOf, wrongIn } from "./new-account";

const given = { ...blank("America/Toronto", "en-us", "CA"), name: " Acme ", realm: "acme.example.com", admin: { first_name: "", last_name: "", email: "Jane@Acme.example" } };

test("A4: one body with account, administrator, features and limits; empty texts are left out", () => {
  expect(bodyOf(given)).toEqual({
    name: "Acme",
    realm: "acme.example.com",
    timezone: "America/Toronto",
    language: "en-us",
    country: "CA",
    contact: { billing: { country: "CA" } },
    call_restriction: { international: { action: "deny" }, toll_us: { action: "deny" }, caribbean: { action: "deny" } },
    admin: { email: "Jane@Acme.example", username: "jane@acme.example" },
    hidden_apps: [],
    limits: { twoway_trunks: 2, allow_prepay: true, allow_postpay: false },
  });
});

test("each step says what it needs, and a refusal leads to its step", () => {
  expect(wrongIn("account", { ...given, name: "", realm: "acme" })).toEqual({ name: "required", realm: "realmWrong" });
  expect(wrongIn("people", { ...given, admin: { ...given.admin, email: "jane" } })).toEqual({ "admin.email": "emailWrong" });
  expect(wrongIn("limits", given)).toEqual({});
  expect(bodyOf({ ...given, plan: { id: "p1", name: "Retail", prices: { "users/_all": 20, "phone_numbers/did_us": 0 } } })).toMatchObject({ service_plans: { p1: { users: { _all: { rate: 20 } }, phone_numbers: { did_us: { rate: 0 } } } } });
  expect(["realm", "admin.email", "limits.twoway_trunks", "call_restriction.x"].map(stepOf)).toEqual(["account", "people", "limits", "features"]);
});

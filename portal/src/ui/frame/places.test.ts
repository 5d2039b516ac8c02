/** Who sees which areas, and in which account they open. */
import { expect, test } from "vitest";

import type { Permissions } from "@/api";

import { accountFor, placeAt, PLACES, placesFor } from "./places";

const asker = { manages: false, administers: true, atOffice: false };
const areas = (given: Partial<Parameters<typeof placesFor>[0]>) => [...new Set(placesFor({ ...asker, ...given }).map(({ area }) => area))];
const own = (given: Partial<Parameters<typeof placesFor>[0]>) =>
  placesFor({ ...asker, ...given })
    .filter(({ area }) => area === "company")
    .map(({ page }) => page);

test("A4: an application hidden from an account is not shown to its people; its provider sees all", () => {
  expect(areas({ apps: ["voip", "callflows"] })).toEqual(["pbx", "callflows", "company", "settings"]);
  expect(areas({ apps: ["voip"] })).toEqual(["pbx", "company", "settings"]);
  expect(areas({ manages: true, apps: ["voip"] })).toContain("callflows");
  expect(areas({})).not.toContain("admin");
});

test("administration opens where accounts are, all else where one acts", () => {
  const acting = { account: "customer", office: "reseller" };
  expect(accountFor({ area: "admin" }, acting)).toBe("reseller");
  expect(accountFor({ area: "pbx" }, acting)).toBe("customer");
});

test("an administrator sees the account's own business, a plain user does not, and an office has it once", () => {
  expect(own({})).toEqual(["balance", "invoices", "sign-in-rules", "webhooks", "api-keys"]);
  expect(own({ administers: false })).toEqual([]);
  expect(own({ manages: true, atOffice: true })).toEqual(["balance", "sign-in-rules"]);
  const [customer, office] = [placesFor({ ...asker, manages: true }), placesFor({ ...asker, manages: true, atOffice: true })];
  expect(placeAt("/a/x/invoices", customer)?.area).toBe("company");
  expect(placeAt("/a/x/invoices", office)?.area).toBe("admin");
});

test("A7: a place is there for those who may read what it shows", () => {
  const pages = (permissions: Permissions) => placesFor({ ...asker, permissions }).map(({ page }) => page);
  const all = Object.fromEntries(PLACES.flatMap(({ of, reads = [] }) => [of, ...reads]).map((one) => [one ?? "", ["read"]]));
  expect(pages({ may: all, own: {}, fields: {} })).toEqual(placesFor(asker).map(({ page }) => page));
  expect(pages({ may: { users: ["read", "update", "invite"], devices: ["read"] }, own: {}, fields: {} })).toEqual(["users", "devices", "settings", "security"]);
  expect(pages({ may: {}, own: { cdrs: ["read"] }, fields: {} })).toEqual(["calls", "settings", "security"]);
});

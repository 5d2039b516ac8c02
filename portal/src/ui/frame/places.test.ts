/** Who sees which areas, and in which account they open. */
import { expect, test } from "vitest";

import { accountFor, placesFor } from "./places";

const areas = (...given: Parameters<typeof placesFor>) => [...new Set(placesFor(...given).map(({ area }) => area))];

test("A4: an application hidden from an account is not shown to its people; its provider sees all", () => {
  expect(areas(false, ["voip", "callflows"])).toEqual(["pbx", "callflows", "settings"]);
  expect(areas(false, ["voip"])).toEqual(["pbx", "settings"]);
  expect(areas(true, ["voip"])).toContain("callflows");
  expect(areas(false)).not.toContain("admin");
});

test("administration opens where accounts are, all else where one acts", () => {
  const acting = { account: "customer", office: "reseller" };
  expect(accountFor({ area: "admin" }, acting)).toBe("reseller");
  expect(accountFor({ area: "pbx" }, acting)).toBe("customer");
});

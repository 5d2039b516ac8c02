/** What the API says one may do, asked by a permission's name. */
import { expect, test } from "vitest";

import { holds, type Permissions, reads } from "./permissions";

const clerk: Permissions = { may: { users: ["invite", "read", "update"] }, own: { vmboxes: ["read"] }, fields: { users: ["enabled"] } };

test("A7: what is not among what one may do is not offered", () => {
  expect(holds(clerk, "users.update")).toBe(true);
  expect(holds(clerk, "users.delete")).toBe(false);
  expect(holds(clerk, "menus.read")).toBe(false);
});

test("until the API has said it, everything is offered: it decides", () => {
  expect(holds(undefined, "users.delete")).toBe(true);
});

test("a page of which one sees one's own is there, what may be done with it is not", () => {
  expect(reads(clerk, "vmboxes")).toBe(true);
  expect(holds(clerk, "vmboxes.read")).toBe(false);
});

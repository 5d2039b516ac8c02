/** A wizard left in the middle is found as it was left. */
import { beforeEach, expect, test } from "vitest";

import { forget, keep, keptOr } from "./kept";
import { blank } from "./new-account";

const EMPTY = blank("America/Toronto", "en-us", "CA");

beforeEach(() => sessionStorage.clear());

test("G1: what was typed comes back after a reload, under the same account above only", () => {
  keep("north", { ...EMPTY, name: "Bäckerei <script> 🥐" });
  expect(keptOr("north", EMPTY).name).toBe("Bäckerei <script> 🥐");
  expect(keptOr("south", EMPTY)).toEqual(EMPTY);
  forget("north");
  expect(keptOr("north", EMPTY)).toEqual(EMPTY);
});

test("what cannot be read is as if there were nothing", () => {
  sessionStorage.setItem("qvoice.new-account.north", "{");
  expect(keptOr("north", EMPTY)).toEqual(EMPTY);
});

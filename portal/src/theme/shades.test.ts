/** A brand's colour can be anything; words on it stay readable. */
import { expect, test } from "vitest";

import { contrast, contrastToWhite, darkShades, isColour, shades } from "./shades";

test.each(["#2f5bea", "#ffff00", "#ffffff", "#000000", "#00c2a8"])("white is readable on the buttons of a brand in %s", (colour) => {
  const made = shades(colour);
  expect(made).toHaveLength(10);
  expect(made.every(isColour)).toBe(true);
  expect(contrastToWhite(made[6] ?? "")).toBeGreaterThanOrEqual(4.5);
});

test("a colour that is dark enough stays as it is", () => {
  expect(shades("#2449cb")[6]).toBe("#2449cb");
});

test.each(["#2f5bea", "#ffff00", "#ffffff", "#000000", "#7a0010"])("links and chosen rows of a brand in %s are readable in the dark", (colour) => {
  const { chosen, link } = darkShades(colour);
  expect(contrast(link, chosen)).toBeGreaterThanOrEqual(4.5);
  expect(contrast(link, "#232328")).toBeGreaterThanOrEqual(4.5);
  expect(contrast("#ededf0", chosen)).toBeGreaterThanOrEqual(4.5);
});

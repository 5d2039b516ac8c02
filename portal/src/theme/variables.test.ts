/** The stored style sheet is what the theme gives. */
import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { variablesCss } from "./variables";

test("mantine-variables.css is fresh (else run npm run tokens)", () => {
  expect(readFileSync("src/theme/mantine-variables.css", "utf8")).toBe(variablesCss());
});

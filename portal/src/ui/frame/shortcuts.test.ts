/** Keys: "g" and a letter go to a page; a letter alone does not, however young the document is. */
import { cleanup, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { PLACES } from "./places";
import { useShortcuts } from "./shortcuts";

const navigate = vi.hoisted(() => vi.fn());
vi.mock("@tanstack/react-router", () => ({ useNavigate: () => navigate }));

const inventory = PLACES.filter((place) => place.page === "inventory");

function press(key: string, at: number): void {
  const event = new KeyboardEvent("keydown", { key });
  Object.defineProperty(event, "timeStamp", { value: at });
  globalThis.dispatchEvent(event);
}

beforeEach(() => {
  navigate.mockClear();
  renderHook(() => useShortcuts({ account: "a".repeat(32), office: "b".repeat(32), places: inventory, onPalette: vi.fn(), onHelp: vi.fn() }));
});

afterEach(cleanup);

test("a letter pressed as soon as the page is there goes nowhere", () => {
  press("n", 300);
  expect(navigate).not.toHaveBeenCalled();
});

test("g and the letter soon after it go to the page, once", () => {
  press("g", 300);
  press("n", 900);
  press("n", 1000);
  expect(navigate).toHaveBeenCalledTimes(1);
});

test("too late it is a letter alone", () => {
  press("g", 300);
  press("n", 5000);
  expect(navigate).not.toHaveBeenCalled();
});

/** Searching and ordering numbers, without a carrier. */
import { expect, test } from "vitest";

import { verdictsOf } from "./-order";
import { asQuery, MOST, type Offer, priceOf, wrongIn } from "./-search";

const offer = (number: string, rate?: string, currency = "CAD"): Offer => ({ number, kind: "local", locality: { city: "", province: "" }, rate, activation_charge: "2.00", currency });

test("B3: a search asks only for what was filled in, and says which field is no number", () => {
  expect(asQuery({ kind: "local", country: "CA", prefix: "514", contains: "", city: "Montréal" })).toEqual({ kind: "local", country: "CA", quantity: MOST, prefix: "514", city: "Montréal" });
  expect(asQuery({ kind: "tollfree", country: "CA", prefix: "", contains: "2663", city: "Ottawa" })).toEqual({ kind: "tollfree", country: "CA", quantity: MOST, contains: "2663" });
  expect(wrongIn({ prefix: "5l4", contains: "+2663" })).toEqual(["prefix"]);
  expect(wrongIn({ prefix: "", contains: "" })).toEqual([]);
});

test("B3: what the chosen numbers cost is summed, and not guessed when prices cannot be added", () => {
  expect(priceOf([offer("+1", "1.25"), offer("+2", "0.1")])).toEqual({ once: 4, monthly: 1.35, currency: "CAD" });
  expect(priceOf([offer("+1", "1.25"), offer("+2", "1.25", "USD")])).toBeUndefined();
  expect(priceOf([offer("+1")])).toBeUndefined();
  expect(priceOf([])).toBeUndefined();
});

test("B3: each number has its verdict: in service, still being ordered, or why not", () => {
  const answer = { success: { "+1": { state: "in_service" }, "+2": { state: "discovery", order: { state: "pending", problem: "the carrier is working on it" } } }, error: { "+3": { message: "choose another" } } };
  expect(verdictsOf(answer)).toEqual([
    { number: "+1", state: "done", why: "" },
    { number: "+2", state: "ordered", why: "the carrier is working on it" },
    { number: "+3", state: "failed", why: "choose another" },
  ]);
});

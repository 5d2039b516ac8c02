/** Errors in the dialect's shape become messages on fields and sentences for people. */
import { expect, test } from "vitest";

import i18n, { ready } from "@/i18n";

import { explanation, fieldMessages, Problem, problemFrom } from "./problem";
import { accountKey, credential } from "./sign-in";
import { toGregorian, fromGregorian } from "./time";
import { collectionsOf } from "./events";

test("the first rule's message of each field is shown", () => {
  const data = { username: { unique: { message: "taken", cause: "a" }, pattern: { message: "odd" } }, "sip.password": { minLength: { message: "short", target: 5 } } };
  expect(fieldMessages(data)).toEqual({ username: "taken", "sip.password": "short" });
});

test("an answer that a proxy invented is still a problem with words", () => {
  const problem = problemFrom(502, "<html>");
  expect(problem).toBeInstanceOf(Problem);
  expect(problem.fields).toEqual({});
  expect(explanation(problem)).toBe("problem.server");
  expect(explanation(new Error("x"))).toBe("problem.unexpected");
});

test("the credential is md5 of the lower-case user name and the password", () => {
  expect(credential(" Admin ", "secret")).toBe("2d1e4f91dae49cd08eaba2293e422273");
});

test("a realm is told from an account name", () => {
  expect(accountKey("acme.example.test")).toBe("account_realm");
  expect(accountKey("Acme Inc.")).toBe("account_name");
});

test("Gregorian seconds count from the year 0", () => {
  expect(toGregorian(new Date(0))).toBe(62_167_219_200);
  expect(fromGregorian(62_167_219_201).getTime()).toBe(1000);
});

test("events name the collections to read again", () => {
  expect(collectionsOf("doc_edited", "callflows")).toEqual(["callflows", "search"]);
  expect(collectionsOf("CHANNEL_DESTROY", undefined)).toEqual(["channels", "cdrs"]);
  expect(collectionsOf("unknown", undefined)).toEqual([]);
});

test("what the API refuses is worded in French by the rule; what has no words keeps the API's", async () => {
  await ready;
  await i18n.changeLanguage("fr");
  const data = { password: { minLength: { message: "Too short: use at least 6 characters", target: 6 } }, name: { odd: { message: "It is odd" } } };
  expect(fieldMessages(data)).toEqual({ password: "Au moins 6 caractères.", name: "Cette valeur est refusée\u202F: It is odd" });
  await i18n.changeLanguage("en");
  expect(fieldMessages(data).password).toContain("Too short");
});

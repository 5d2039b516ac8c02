/** What a refused sign-in asks for, and where passkeys can be. */
import { expect, test } from "vitest";

import { problemFrom } from "@/api";

import { factorRequest, passkeyFailure, passkeysHere } from "./factors";

test("A10: a second factor is asked for only when the API says so", () => {
  const passkey = { publicKey: { challenge: "x" }, state: "s" };
  const asked = problemFrom(401, { message: "multi_factor_required", data: { multi_factor_request: { options: ["passkey", "recovery"], passkey } } });
  expect(factorRequest(asked)).toEqual({ options: ["passkey", "recovery"], passkey });
  expect(factorRequest(problemFrom(401, { message: "multi_factor_required" }))?.options).toContain("otp");
  expect(factorRequest(problemFrom(401, { message: "invalid_credentials" }))).toBeNull();
  expect(factorRequest(new Error("no"))).toBeNull();
});

test("A10: no passkey is bound to an address of digits, nor made without TLS", () => {
  expect(passkeysHere("192.0.2.1", true)).toBe("address");
  expect(passkeysHere("[::1]", true)).toBe("address");
  expect(passkeysHere("portal.example.com", false)).toBe("address");
  expect(passkeysHere("portal.example.com", true)).toBe("no");
});

test("A10: stopping a passkey is no failure of the portal", () => {
  expect(passkeyFailure(new DOMException("", "NotAllowedError"))).toBe("stopped");
  expect(passkeyFailure(new DOMException("", "InvalidStateError"))).toBe("already");
  expect(passkeyFailure(new Error("other"))).toBeNull();
});

/** One's second factors at the API: authenticator apps, passkeys (WebAuthn, Level 3's JSON forms) and recovery codes. */
import { queryOptions } from "@tanstack/react-query";

import { call, Problem, urls } from "@/api";

export interface Factor {
  id: string;
  kind: "otp" | "passkey";
  name: string;
  created: string;
  last_used: string | null;
}

export interface Factors {
  factors: Factor[];
  recovery_codes_left: number;
}

/** What is asked for when a password is not enough. `passkey` has the challenge, good for one answer within five minutes. */
export interface FactorRequest {
  options: ("otp" | "passkey" | "recovery")[];
  passkey?: { publicKey: PublicKeyCredentialRequestOptionsJSON; state: string };
}

/** A code as typed, or a passkey's answer. */
export type Proof = string | { state: string; credential: unknown };

export interface BegunOtp {
  id: string;
  /** Base 32, to type where no camera is. */
  secret: string;
  address: string;
  /** SVG text. */
  qr: string;
}

interface BegunPasskey {
  id: string;
  publicKey: PublicKeyCredentialCreationOptionsJSON;
  state: string;
}

interface Confirmed {
  id: string;
  recovery_codes: string[] | null;
}

/** The second factor that a refused sign-in asks for, or null when it was refused for another reason. */
export function factorRequest(error: unknown): FactorRequest | null {
  if (!(error instanceof Problem) || error.code !== "multi_factor_required") return null;
  const { multi_factor_request: asked } = (error.data ?? {}) as { multi_factor_request?: FactorRequest };
  return asked ?? { options: ["otp", "recovery"] };
}

export const factorsQuery = (account: string, user: string) =>
  queryOptions({
    queryKey: ["account", account, "users", user, "second_factors"],
    queryFn: async ({ signal }) => (await call<Factors>("GET", urls.getListSecondFactorsUrl(account, user), { signal })).data,
  });

/** Begin with an authenticator app: its secret. It counts only once a code was given. */
export const beginOtp = async (account: string, user: string, name: string): Promise<BegunOtp> =>
  (await call<BegunOtp>("PUT", urls.getCreateSecondFactorUrl(account, user), { body: { kind: "otp", name } })).data;

/** Prove a factor that was begun. Returns recovery codes if it is the first one. Throws Problem. */
async function confirm(account: string, user: string, factor: string, body: object): Promise<string[] | null> {
  return (await call<Confirmed>("POST", urls.getConfirmSecondFactorUrl(account, user, factor), { body })).data.recovery_codes;
}

export const confirmOtp = (account: string, user: string, factor: string, code: string) => confirm(account, user, factor, { code: code.replaceAll(/\s/g, "") });

/** Make a passkey on this device or key, and have it counted. Throws Problem; DOMException when one stopped it. */
export async function addPasskey(account: string, user: string, name: string): Promise<string[] | null> {
  const begun = (await call<BegunPasskey>("PUT", urls.getCreateSecondFactorUrl(account, user), { body: { kind: "passkey", name } })).data;
  const made = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(begun.publicKey) });
  return confirm(account, user, begun.id, { state: begun.state, credential: (made as PublicKeyCredential).toJSON() as unknown });
}

/** Have a passkey answer the challenge of a sign-in. Throws DOMException when one stopped it. */
export async function askPasskey({ publicKey, state }: NonNullable<FactorRequest["passkey"]>): Promise<Proof> {
  const used = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
  return { state, credential: (used as PublicKeyCredential).toJSON() as unknown };
}

export const removeFactor = async (account: string, user: string, factor: string): Promise<void> => {
  await call("DELETE", urls.getDeleteSecondFactorUrl(account, user, factor));
};

export const newRecoveryCodes = async (account: string, user: string): Promise<string[]> =>
  (await call<{ recovery_codes: string[] }>("PUT", urls.getCreateRecoveryCodesUrl(account, user), { body: {} })).data.recovery_codes;

/** Whether passkeys work here: `address` when the portal was opened by an IP address or without TLS, which no browser binds one to. */
export function passkeysHere(host = window.location.hostname, secure = window.isSecureContext): "yes" | "address" | "no" {
  if (!secure || /^[\d.]+$|^\[/.test(host)) return "address";
  return typeof PublicKeyCredential !== "undefined" && "parseCreationOptionsFromJSON" in PublicKeyCredential ? "yes" : "no";
}

/** Why a passkey was not made or used, in the words' keys: one stopped it (or was too slow), this device has it already, else a failure. */
export function passkeyFailure(error: unknown): "stopped" | "already" | null {
  if (!(error instanceof DOMException)) return null;
  return error.name === "InvalidStateError" ? "already" : "stopped";
}

/** Signing in and out. The password itself never leaves the browser: the dialect sends md5("user:password"). */
import { md5 } from "js-md5";

import { call } from "./call";
import { getLoginUrl, getLogoutUrl } from "./generated/client";
import { session, setSession, type Session, type Want } from "./session";

export interface SignInForm {
  userName: string;
  password: string;
  account: string;
}

export interface SignedIn {
  account_id: string;
  owner_id: string;
  second_factor_wanted?: boolean;
  require_password_update?: boolean;
}

/** The session that an answer began, and what it wants first. */
export function sessionOf(data: SignedIn, token: string | undefined, userName: string): Session {
  if (!token) throw new Error("the API signed in without giving a token");
  const wants: Want[] = [...(data.second_factor_wanted ? (["factor"] as const) : []), ...(data.require_password_update ? (["password"] as const) : [])];
  return { token, accountId: data.account_id, userId: data.owner_id, userName, ...(wants.length ? { wants } : {}) };
}

/** The dialect's credential: user names are compared in lower case. */
export function credential(userName: string, password: string): string {
  return md5(`${userName.trim().toLowerCase()}:${password}`);
}

/** People type the account's name or its realm; a realm is the one that looks like a domain name. */
export function accountKey(account: string): "account_realm" | "account_name" {
  return /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(account.trim()) ? "account_realm" : "account_name";
}

/**
 * Exchange name and password, and what proves the second step when it is asked for, for a session. Throws Problem(401) when they do not
 * match, with the code `multi_factor_required` when only the second step is missing.
 */
export async function signIn(form: SignInForm, proof?: unknown): Promise<Session> {
  const reply = await call<SignedIn>("PUT", getLoginUrl(), {
    anonymous: true,
    body: {
      credentials: credential(form.userName, form.password),
      [accountKey(form.account)]: form.account.trim(),
      method: "md5",
      ...(proof ? { multi_factor_response: proof } : {}),
    },
  });
  const next = sessionOf(reply.data, reply.auth_token, form.userName.trim());
  setSession(next);
  return next;
}

/** End the session here at once, and at the API when it answers. */
export async function signOut(): Promise<void> {
  const leaving = session();
  if (!leaving) return;
  try {
    await call("DELETE", getLogoutUrl());
  } finally {
    setSession(null);
  }
}

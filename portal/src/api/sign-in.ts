/** Signing in and out. The password itself never leaves the browser: the dialect sends md5("user:password"). */
import { md5 } from "js-md5";

import { call } from "./call";
import { Problem } from "./problem";
import { getLoginUrl, getLogoutUrl } from "./generated/client";
import { session, setSession, type Session } from "./session";

export interface SignInForm {
  userName: string;
  password: string;
  account: string;
  /** The second factor, when it was asked for: a code of the authenticator, or a recovery code. */
  code?: string;
}

/** Tell whether a log-in was refused only because a second factor is needed too. */
export function wantsCode(error: unknown): boolean {
  return error instanceof Problem && error.status === 401 && error.code === "multi_factor_required";
}

interface SignedIn {
  account_id: string;
  owner_id: string;
}

/** The dialect's credential: user names are compared in lower case. */
export function credential(userName: string, password: string): string {
  return md5(`${userName.trim().toLowerCase()}:${password}`);
}

/** People type the account's name or its realm; a realm is the one that looks like a domain name. */
export function accountKey(account: string): "account_realm" | "account_name" {
  return /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(account.trim()) ? "account_realm" : "account_name";
}

/** Exchange name and password for a session. Throws Problem(401) when they do not match. */
export async function signIn(form: SignInForm): Promise<Session> {
  const reply = await call<SignedIn>("PUT", getLoginUrl(), {
    anonymous: true,
    body: {
      credentials: credential(form.userName, form.password),
      [accountKey(form.account)]: form.account.trim(),
      method: "md5",
      ...(form.code ? { multi_factor_response: form.code.trim() } : {}),
    },
  });
  if (!reply.auth_token) throw new Error("the API signed in without giving a token");
  const next = {
    token: reply.auth_token,
    accountId: reply.data.account_id,
    userId: reply.data.owner_id,
    userName: form.userName.trim(),
  };
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

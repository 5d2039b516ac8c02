/** Who is signed in. Kept in sessionStorage: a closed tab forgets it, another tab signs in by itself. */
import { useSyncExternalStore } from "react";

export interface Session {
  token: string;
  accountId: string;
  userId: string;
  userName: string;
  /** What has to be done before anything else: the API gives a token that is good for little more. */
  wants?: Want[];
  /** True when a mailed link signed in: a new password then needs no old one. */
  byLink?: boolean;
}

export type Want = "factor" | "password";

const KEY = "qvoice.session";
const listeners = new Set<() => void>();
let current = read();

function read(): Session | null {
  const text = sessionStorage.getItem(KEY);
  return text ? (JSON.parse(text) as Session) : null;
}

/** Return the session, or null when nobody is signed in. */
export function session(): Session | null {
  return current;
}

/** Begin, change or (null) end the session, and tell everyone who shows it. */
export function setSession(next: Session | null): void {
  current = next;
  if (next) sessionStorage.setItem(KEY, JSON.stringify(next));
  else sessionStorage.removeItem(KEY);
  for (const listener of listeners) listener();
}

/** Adopt a renewed token; ignores what arrives after a sign-out. */
export function renewToken(token: string): void {
  if (current && current.token !== token) setSession({ ...current, token });
}

/** What was wanted is done. */
export function wantsNoMore(want: Want): void {
  if (current?.wants) setSession({ ...current, wants: current.wants.filter((one) => one !== want) });
}

/** The seconds (Unix) at which a JWT ends, or null if it does not say. */
export function expiry(token: string): number | null {
  const body = token.split(".")[1];
  if (!body) return null;
  const claims = JSON.parse(atob(body.replaceAll("-", "+").replaceAll("_", "/"))) as { exp?: number };
  return claims.exp ?? null;
}

/** Run `listener` at each change; returns how to stop. */
export function onSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The session as React state. */
export function useSession(): Session | null {
  return useSyncExternalStore(onSession, session);
}

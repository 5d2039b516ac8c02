/** API keys for named purposes. The key itself is known to nobody after it was shown once. */
import { queryOptions } from "@tanstack/react-query";

import { call, urls } from "@/api";
import type { Tone } from "@/ui/state-dot";

export interface NewKey {
  name: string;
  scopes: string[];
  /** Addresses and networks it may be used from; empty: anywhere. */
  cidrs: string[];
  /** ISO 8601 with zone; null: it does not end by itself. */
  expires: string | null;
  enabled: boolean;
}

export interface Key extends NewKey {
  id: string;
  /** Its last four characters. */
  hint: string;
  expired: boolean;
  created: string;
  last_used: string | null;
}

export type Standing = "on" | "off" | "expired";
export const TONES: Record<Standing, Tone> = { on: "good", off: "off", expired: "warn" };

export function standing({ enabled, expired }: Pick<Key, "enabled" | "expired">): Standing {
  if (expired) return "expired";
  return enabled ? "on" : "off";
}

/** The last moment of a day where one sits, for a key that ends with it; "" is no end. */
export function endOf(day: string): string | null {
  return day ? new Date(`${day}T23:59:59`).toISOString() : null;
}

/** The day on which a key ends where one sits, as "2027-01-31"; "" without end. */
export function dayOf(expires: string | null): string {
  if (!expires) return "";
  const at = new Date(expires);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

export const keysQuery = (account: string) =>
  queryOptions({
    queryKey: ["account", account, "api_keys"],
    queryFn: async ({ signal }) => (await call<Key[]>("GET", urls.getListApiKeysUrl(account), { signal })).data,
  });

/** Make a key; the answer alone has it. Throws Problem. */
export const makeKey = async (account: string, body: NewKey): Promise<Key & { api_key: string }> => (await call<Key & { api_key: string }>("PUT", urls.getCreateApiKeyUrl(account), { body })).data;

export const changeKey = async (account: string, id: string, body: NewKey): Promise<void> => {
  await call("POST", urls.getReplaceApiKeyUrl(account, id), { body });
};

export const endKey = async (account: string, id: string): Promise<void> => {
  await call("DELETE", urls.getDeleteApiKeyUrl(account, id));
};

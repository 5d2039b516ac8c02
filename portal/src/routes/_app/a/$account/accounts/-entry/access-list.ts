/** From where people may sign in: the API's list and the form's three ways. Pure. */
export interface AccessList {
  order?: "allow,deny" | "deny,allow";
  cidrs?: string[];
  /** Of a device: the last request that knew its password and came from elsewhere (Gregorian seconds). */
  last_refused?: { address: string; method: string; timestamp: number };
}

export const WAYS = ["any", "only", "not"] as const;
export type Way = (typeof WAYS)[number];

export interface Entry {
  way: Way;
  /** Addresses and networks, one a line. */
  text: string;
}

/** The form of a list: an empty list lets everybody in, whatever its order. */
export function entryOf({ order = "allow,deny", cidrs = [] }: AccessList): Entry {
  return { way: cidrs.length === 0 ? "any" : order === "allow,deny" ? "only" : "not", text: cidrs.join("\n") };
}

/** The addresses that were typed: one a line, or with commas. */
export const addressesOf = (text: string): string[] => [...new Set(text.split(/[\s,;]+/).filter(Boolean))];

/** What is wrong with what was typed: the text that is no address, "" when nothing was typed, null when all is well. */
export function wrongIn({ way, text }: Entry): string | null {
  if (way === "any") return null;
  const addresses = addressesOf(text);
  return addresses.length === 0 ? "" : (addresses.find((one) => !isAddress(one)) ?? null);
}

/** What is sent. */
export function listOf({ way, text }: Entry): AccessList {
  return { order: way === "not" ? "deny,allow" : "allow,deny", cidrs: way === "any" ? [] : addressesOf(text) };
}

/** True for what looks like an address or network of IPv4 or IPv6; the API has the last word. */
export const isAddress = (text: string): boolean => /^(\d{1,3}\.){3}\d{1,3}(\/\d{1,2})?$/.test(text) || (/^[0-9a-f:.]+(\/\d{1,3})?$/i.test(text) && text.includes(":"));

/** What one looks for at the carriers, and what they offer; pure but for the queries. */
import { queryOptions } from "@tanstack/react-query";

import { call, Problem, type Query, urls } from "@/api";

import type { KINDS } from "./-tabs";

export type Kind = (typeof KINDS)[number];

export interface Wanted {
  kind: Kind;
  /** ISO 3166, two letters. */
  country: string;
  /** Leading digits of the national number: an area code. */
  prefix: string;
  /** Digits anywhere in it. */
  contains: string;
  city: string;
}

/** A number somebody sells; prices are texts with the carrier's own decimals. */
export interface Offer {
  number: string;
  kind: Kind;
  locality: { city: string; province: string };
  rate?: string;
  activation_charge?: string;
  currency?: string;
}

export interface Order {
  id: string;
  account_id: string;
  account_name: string;
  number: string;
  state: "queued" | "pending" | "done" | "failed";
  problem: string;
  attempts: number;
  carrier_name: string;
  becomes: "in_service" | "reserved";
  created: number;
  modified: number;
}

export const MOST = 100;

/** Which fields hold something that is no run of digits. */
export function wrongIn({ prefix, contains }: Pick<Wanted, "prefix" | "contains">): ("prefix" | "contains")[] {
  const bad = (text: string) => text !== "" && !/^\+?\d{1,15}$/.test(text);
  return [...(bad(prefix) ? ["prefix" as const] : []), ...(bad(contains) ? ["contains" as const] : [])];
}

/** The query of a search: only what was asked for. */
export function asQuery({ kind, country, prefix, contains, city }: Wanted): Query {
  const given = { prefix, contains, city: kind === "tollfree" ? "" : city };
  return { kind, country, quantity: MOST, ...Object.fromEntries(Object.entries(given).filter(([, text]) => text !== "")) };
}

/** What the offers among `numbers` cost in all: once and a month, in the carrier's currency; undefined when the currencies differ or a price is missing. */
export function priceOf(offers: readonly Offer[]): { once: number; monthly: number; currency: string } | undefined {
  const currencies = new Set(offers.map(({ currency }) => currency));
  const [currency] = currencies;
  if (currencies.size !== 1 || !currency || offers.some(({ rate }) => rate === undefined)) return undefined;
  const sum = (price: (offer: Offer) => string | undefined) => offers.reduce((whole, offer) => whole + Math.round(Number(price(offer) ?? 0) * 1e6), 0) / 1e6;
  return { once: sum(({ activation_charge }) => activation_charge), monthly: sum(({ rate }) => rate), currency };
}

export const offersQuery = (wanted: Wanted | null) =>
  queryOptions({
    queryKey: ["offers", wanted],
    queryFn: async ({ signal }) => (await call<Offer[]>("GET", urls.getSearchNumbersUrl(), { query: wanted ? asQuery(wanted) : {}, signal })).data,
    enabled: wanted !== null,
    staleTime: 60_000,
    retry: (times, error) => times < 1 && !(error instanceof Problem && error.status < 500),
  });

export const ordersQuery = (account: string) =>
  queryOptions({
    queryKey: ["account", account, "number_orders", "below"],
    queryFn: async ({ signal }) => (await call<Order[]>("GET", urls.getListNumberOrdersBelowUrl(account), { signal })).data,
    refetchInterval: ({ state: { data } }) => (data?.some(({ state }) => state === "queued" || state === "pending") ? 2_000 : 15_000),
  });

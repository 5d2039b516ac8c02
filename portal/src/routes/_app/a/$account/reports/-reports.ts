/** The reports' answers, how they are asked for, and how their keys read. */
import { queryOptions } from "@tanstack/react-query";
import type { TFunction } from "i18next";

import { call, urls } from "@/api";

import type { By } from "./-period";

export interface Sums {
  calls: number;
  answered: number;
  asr: number | null;
  seconds: number;
  minutes: number;
  acd: number | null;
  revenue: number;
  cost: number;
  /** Null while the cost of some calls is not known. */
  margin: number | null;
  /** How many those are. */
  uncosted: number;
}

/** What a trunk's calls cost. */
export interface CarrierCost {
  resource_id: string;
  name: string;
  ratedeck: { id: string; name: string } | null;
  calls: number;
  minutes: number;
  cost: number;
  no_deck: number;
  no_rate: number;
  without_rate: string[];
}

export const TRAFFIC = ["outbound", "inbound", "internal"] as const;
export type Traffic = (typeof TRAFFIC)[number];
export type ByTraffic = Record<Traffic | "all", Sums>;

export interface Part extends ByTraffic {
  /** Gregorian seconds of its beginning. */
  start: number;
  period: string;
}

interface Answer {
  timezone: string;
  currency: string;
}

export interface Series extends Answer {
  totals: ByTraffic;
  rows: Part[];
}

export interface Listed<Row> extends Answer {
  rows: (Row & Sums)[];
  others?: Sums & { count: number };
}

export interface Days {
  from: string;
  to: string;
}

export const ADDRESS = {
  calls: urls.getReportCallsUrl,
  destinations: urls.getReportDestinationsUrl,
  accounts: urls.getReportAccountsUrl,
  levels: urls.getReportLevelsUrl,
  carriers: urls.getReportCarriersUrl,
};
export type ReportName = keyof typeof ADDRESS;

/** Sums are a few seconds behind the calls; whoever looks at today wants to see them come. */
const FRESH = 20_000;

function report<T>(name: ReportName, account: string, query: Days & { by?: By; limit?: number }) {
  return queryOptions({
    queryKey: ["account", account, "reports", name, query],
    queryFn: async ({ signal }) => (await call<T>("GET", ADDRESS[name](account), { query: { ...query }, signal })).data,
    refetchInterval: FRESH,
  });
}

export const callsQuery = (account: string, days: Days, by: By) => report<Series>("calls", account, { ...days, by });
export const destinationsQuery = (account: string, days: Days) => report<Listed<{ destination: string }>>("destinations", account, { ...days, limit: 15 });
export const accountsQuery = (account: string, days: Days) => report<Listed<{ account_id: string | null; name: string }>>("accounts", account, { ...days, limit: 50 });
export const levelsQuery = (account: string, days: Days) => report<Listed<{ level: number }>>("levels", account, days);

export const carriersQuery = (account: string, days: Days) => report<Answer & { rows: CarrierCost[] }>("carriers", account, days);

/** A destination such as `GB:mobile` in words. */
export function placeName(destination: string, language: string, t: TFunction<"reports">): string {
  const [region = "", kind] = destination.split(":");
  if (region === "emergency") return t("place.emergency");
  const place = /^[A-Z]{2}$/.test(region) ? (new Intl.DisplayNames(language, { type: "region" }).of(region) ?? region) : t(region ? "place.world" : "place.unknown");
  return kind === "mobile" || kind === "tollfree" || kind === "premium" ? t(`place.${kind}`, { place }) : place;
}

/** Port orders: their shapes, their queries, and what of them is pure. */
import { queryOptions } from "@tanstack/react-query";

import { call, urls } from "@/api";

import type { State } from "./-states";

/** An order on the board. */
export interface Card {
  id: string;
  account_id: string;
  account_name: string;
  name: string;
  port_state: State;
  type: "full" | "partial";
  /** The day wished for, or confirmed once scheduled; "2026-12-24". */
  transfer_date: string | null;
  losing_carrier: string | null;
  numbers: string[];
  updated: number;
  /** Where whoever asks may move it. */
  may_become: State[];
}

export interface PortedNumber {
  carrier?: string | null;
  [key: string]: unknown;
}

export interface PortOrder {
  id: string;
  name: string;
  port_state: State;
  numbers: Record<string, PortedNumber>;
  type?: "full" | "partial";
  bill?: Record<string, string | boolean | null | undefined>;
  new_btn?: string | null;
  signee_name?: string | null;
  signing_date?: string | null;
  transfer_date?: string | null;
  winning_carrier?: string | null;
  reference_number?: string | null;
}

export interface Event {
  timestamp: number;
  type: "state" | "comment";
  from?: State;
  to?: State;
  reason?: string;
  content?: string;
  transfer_date?: string;
  superduper_comment: boolean;
  user_id: string | null;
  account_id: string | null;
}

export type Kind = "loa" | "bill" | "other";
export interface Paper {
  kind: Kind;
  content_type: string;
  length: number;
}

/** {field: {rule: {message, code}}} */
export type Findings = Record<string, Record<string, { message: string; code?: string }>>;

const key = (account: string, ...more: string[]) => ["account", account, "port_requests", ...more];

export const boardQuery = (office: string) =>
  queryOptions({
    queryKey: key(office, "below"),
    queryFn: async ({ signal }) => (await call<Card[]>("GET", urls.getListPortRequestsBelowUrl(office), { signal })).data,
    refetchInterval: 15_000,
  });

export const checkQuery = (account: string, id: string) =>
  queryOptions({
    queryKey: key(account, id, "check"),
    queryFn: async ({ signal }) => (await call<Findings>("GET", urls.getCheckPortRequestUrl(account, id), { signal })).data,
  });

export const papersQuery = (account: string, id: string) =>
  queryOptions({
    queryKey: key(account, id, "papers"),
    queryFn: async ({ signal }) => (await call<Record<string, Paper>>("GET", urls.getListPortRequestFilesUrl(account, id), { signal })).data,
  });

export const timelineQuery = (account: string, id: string) =>
  queryOptions({
    queryKey: key(account, id, "timeline"),
    queryFn: async ({ signal }) => (await call<Event[]>("GET", urls.getGetPortRequestTimelineUrl(account, id), { signal })).data,
  });

/** The findings as a list, in the order the API gave. */
export function listed(findings: Findings): { field: string; message: string; code?: string }[] {
  return Object.entries(findings).flatMap(([field, rules]) => Object.values(rules).map(({ message, code }) => ({ field, message, code })));
}

/** Numbers as lines to edit: the number, and after a comma the carrier it leaves when that is not the bill's. */
export function asLines(numbers: Record<string, PortedNumber>): string {
  return Object.entries(numbers)
    .map(([number, { carrier }]) => (carrier ? `${number}, ${carrier}` : number))
    .join("\n");
}

/** Lines as numbers; what else is known of a number that stays is kept. */
export function fromLines(text: string, before: Record<string, PortedNumber> = {}): Record<string, PortedNumber> {
  const found: Record<string, PortedNumber> = {};
  for (const line of text.split("\n")) {
    const [first = "", ...rest] = line.split(/[,;\t]/);
    const digits = first.replaceAll(/[\s().-]/g, "");
    if (!digits) continue;
    const number = /^\d{10}$/.test(digits) ? `+1${digits}` : /^1\d{10}$/.test(digits) ? `+${digits}` : digits;
    const { carrier: _carrier, ...kept } = before[number] ?? {};
    const carrier = rest.join(",").trim();
    found[number] = carrier ? { ...kept, carrier } : kept;
  }
  return found;
}

const DAY = 86_400_000;
const iso = (day: Date) => day.toISOString().slice(0, 10);

/** The day that a moment is on where one sits. */
export const here = (moment: Date) => iso(new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000));

/** The weeks (Monday first) that show a month ("2026-12"), each day as "2026-12-24". */
export function weeksOf(month: string): string[][] {
  const first = new Date(`${month}-01T00:00:00Z`);
  const start = first.getTime() - ((first.getUTCDay() + 6) % 7) * DAY;
  const last = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0);
  const weeks: string[][] = [];
  for (let at = start; at <= last; at += 7 * DAY) weeks.push(Array.from({ length: 7 }, (_, day) => iso(new Date(at + day * DAY))));
  return weeks;
}

/** The month `by` months after "2026-12". */
export function monthAfter(month: string, by: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return iso(new Date(Date.UTC(year, number - 1 + by, 1))).slice(0, 7);
}

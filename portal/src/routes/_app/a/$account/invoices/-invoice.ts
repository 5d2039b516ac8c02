/** What an invoice is, as the API tells it; amounts are above zero in the account's favour. */
import { queryOptions } from "@tanstack/react-query";

import { call, urls } from "@/api";

export interface InvoiceRow {
  id: string;
  /** Counts; `label` is the number as it stands on the paper. */
  number: number;
  label: string;
  /** Made by somebody before the month was over. */
  at_once: boolean;
  period: { start: string; end: string };
  issued: string;
  currency: string;
  opening: number;
  total: number;
  closing: number;
  /** Whose it is; only where those sent are listed. */
  account_id?: string;
  account_name?: string;
  /** What credit notes gave back of it; only where those sent are listed. */
  credited?: number;
}

/** Who issued it, as it was then; absent on those of before. */
export interface Issuer {
  name: string;
  address?: string;
  tax_numbers?: { name: string; number: string }[];
  email?: string;
  phone?: string;
  website?: string;
  terms?: string;
  footer?: string;
}

export interface Line {
  kind: string;
  text: string;
  amount: string;
  at?: string;
  /** What can still be given back of it; absent where nothing can. */
  creditable?: string;
  /** Sums of calls. */
  count?: number;
  quantity?: number;
  unit?: string;
  items?: Item[];
}

export interface Item {
  name?: string;
  item?: string;
  quantity?: number | null;
  rate?: string;
  discount?: string;
  amount?: string;
  before?: number;
  after?: number;
}

/** What was given back of an invoice. */
export interface CreditNote {
  id: string;
  label: string;
  issued: string;
  amount: number;
  reason: string;
}

/** An invoice with its lines; a preview has neither id nor number. */
export interface Invoice extends Omit<InvoiceRow, "id" | "number" | "label" | "issued" | "at_once"> {
  id?: string;
  label?: string;
  issued?: string;
  /** The day by which it is to be paid; null when its issuer sets none. */
  due?: string | null;
  issuer?: Issuer;
  account?: { name: string; address: unknown };
  lines: Line[];
  /** How much of the plan's minutes was used; absent before they were kept, and in a preview. */
  bundles?: { name: string; used: number; seconds: number; calls: number }[];
  charges: number;
  credits: number;
  /** Absent in a preview. */
  credit_notes?: CreditNote[];
  creditable?: number;
}

/** Those that this account has sent to the accounts directly below. */
export const sentQuery = (account: string) =>
  queryOptions({
    queryKey: ["account", account, "invoices", "sent"],
    queryFn: async ({ signal }) => (await call<InvoiceRow[]>("GET", urls.getListInvoicesSentUrl(account), { signal })).data,
  });

/** Those it has got from the account above. */
export const receivedQuery = (account: string) =>
  queryOptions({
    queryKey: ["account", account, "invoices", "received"],
    queryFn: async ({ signal }) => (await call<InvoiceRow[]>("GET", urls.getListInvoicesUrl(account), { signal })).data,
  });

export const invoiceQuery = (account: string, id: string) =>
  queryOptions({
    queryKey: ["account", account, "invoices", id],
    queryFn: async ({ signal }) => (await call<Invoice>("GET", urls.getGetInvoiceUrl(account, id), { signal })).data,
  });

/** What the next invoice says so far; null when nothing happened since the last one. */
export const previewQuery = (account: string) =>
  queryOptions({
    queryKey: ["account", account, "invoices", "preview"],
    queryFn: async ({ signal }) => {
      const { data } = await call<Invoice | Record<string, never>>("GET", urls.getPreviewInvoiceUrl(account), { signal });
      return "lines" in data ? (data as Invoice) : null;
    },
  });

/** What is still owed after an invoice: never below zero. */
export function due(closing: number): number {
  return Math.max(-closing, 0);
}

/** Minutes of a line that sums calls, or undefined for other lines. */
export function minutesOf({ unit, quantity }: Pick<Line, "unit" | "quantity">): number | undefined {
  return unit === "sec" && quantity !== undefined ? quantity / 60 : undefined;
}

/** What a paper's file is called; a number may have slashes. */
export const fileName = (kind: string, label: string, ending: string) => `${kind}-${label.replaceAll(/[^A-Za-z0-9._-]+/g, "-")}.${ending}`;

/** Who issued it, line by line as on paper. */
export function issuerLines({ name, address, tax_numbers: taxes = [], email, phone, website }: Issuer): string[] {
  return [name, ...addressLines(address), ...taxes.map((tax) => `${tax.name} ${tax.number}`), [email, phone, website].filter(Boolean).join(", ")].filter(Boolean);
}

/** The address on an invoice as lines; whatever was written there is shown, in its own order. */
export function addressLines(address: unknown): string[] {
  if (typeof address === "string") return address.split("\n").filter(Boolean);
  if (typeof address === "object" && address !== null) return Object.values(address).filter((part): part is string => typeof part === "string" && part !== "");
  return [];
}

export const WAYS = ["whole", "amount", "lines"] as const;
export type Way = (typeof WAYS)[number];

/** What a credit note is asked for: all, an amount, or lines by their place, each with how much of it. */
export function wantedBack(way: Way, amount: string, lines: Record<number, string>): Record<string, unknown> {
  if (way === "whole") return { whole: true };
  if (way === "amount") return { amount };
  return {
    lines: Object.entries(lines)
      .map(([at, part]) => ({ line: Number(at), ...(part ? { amount: part } : {}) }))
      .toSorted((one, other) => one.line - other.line),
  };
}

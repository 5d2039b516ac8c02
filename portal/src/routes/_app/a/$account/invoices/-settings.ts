/** Who issues an account's invoices, as the API tells it, and how a number will look. */
import { queryOptions } from "@tanstack/react-query";

import { call, urls } from "@/api";

export interface Numbering {
  prefix: string;
  pattern: string;
  /** An emptied field is "" until it is sent. */
  width: number | "";
  restart: "never" | "yearly";
  next: number | "";
}

export interface Settings {
  name: string;
  address: string;
  tax_numbers: { name: string; number: string }[];
  email: string;
  phone: string;
  website: string;
  due_days: number | "" | null;
  terms: string;
  footer: string;
  invoices: Numbering;
  credit_notes: Numbering;
}

export const SERIES = ["invoices", "credit_notes"] as const;
export type Series = (typeof SERIES)[number];

export const settingsQuery = (account: string) =>
  queryOptions({
    queryKey: ["account", account, "invoice_settings"],
    queryFn: async ({ signal }) => (await call<Settings>("GET", urls.getGetInvoiceSettingsUrl(account), { signal })).data,
  });

/** A number as the API will write it: the parts put in, with zeros before it. */
export function numberOf({ prefix, pattern, width, next }: Numbering, year: number): string {
  return pattern
    .replace("{prefix}", () => prefix)
    .replace("{year}", String(year))
    .replace("{number}", String(next || 1).padStart(Number(width), "0"));
}

/** What is sent: emptied numbers mean none, zero, or that the series goes on. */
export function sendable(settings: Settings): Record<string, unknown> {
  const series = ({ next, width, ...rest }: Numbering) => ({ ...rest, width: Number(width), ...(next === "" ? {} : { next: Number(next) }) });
  const { due_days: days, invoices, credit_notes: notes } = settings;
  return { ...settings, due_days: days === "" || days === null ? null : Number(days), invoices: series(invoices), credit_notes: series(notes) };
}

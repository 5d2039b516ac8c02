/**
 * The brand of the name that the portal was opened by: its colour, title and pictures. Kept in the browser, so that the next visit
 * shows it from the first moment; read again at each visit.
 */
import { useSyncExternalStore } from "react";

import { call } from "@/api/call";
import { getGetWhitelabelUrl } from "@/api/generated/client";
import { Problem } from "@/api/problem";

import { isColour, shades } from "./shades";

export interface Brand {
  domain: string;
  company_name?: string;
  application_title?: string | null;
  accent?: string | null;
}

const KEY = "qvoice.brand";
const listeners = new Set<() => void>();
let current = kept();

function kept(): Brand | null {
  const text = localStorage.getItem(KEY);
  return text ? (JSON.parse(text) as Brand) : null;
}

function show(brand: Brand | null): void {
  current = brand;
  if (brand) localStorage.setItem(KEY, JSON.stringify(brand));
  else localStorage.removeItem(KEY);
  const made = brand?.accent && isColour(brand.accent) ? shades(brand.accent) : undefined;
  const { style } = document.documentElement;
  for (let at = 0; at < 10; at += 1)
    if (made) style.setProperty(`--qv-accent-${at}`, made[at] ?? "");
    else style.removeProperty(`--qv-accent-${at}`);
  document.title = brand?.application_title || brand?.company_name || "QVOICE";
  for (const listener of listeners) listener();
}

/** Show what is kept, then what the API says. A name without brand, or an address, has the portal's own look. */
export async function loadBrand(host = window.location.hostname): Promise<void> {
  if (!host.includes(".") || /^[\d.]+$|^\[/.test(host)) {
    if (current) show(null);
    return;
  }
  if (current) show(current);
  try {
    show((await call<Brand>("GET", getGetWhitelabelUrl(host), { anonymous: true })).data);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 404) show(null);
  }
}

/** The brand, or null for the portal's own look. */
export function useBrand(): Brand | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}

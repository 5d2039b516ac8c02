/**
 * The brand that is shown. Before signing in: that of the name that the portal was opened by. Signed in: that of the account one signed in to,
 * or of the nearest account above it that has one, whatever the name; so nobody ever sees the brand of a reseller that is not theirs. Kept in
 * the browser, so that the next page shows it from the first moment; read again at each visit.
 */
import { useSyncExternalStore } from "react";

import { call } from "@/api/call";
import { getGetWhitelabelInForceUrl, getGetWhitelabelPartUrl, getGetWhitelabelUrl } from "@/api/generated/client";
import { Problem } from "@/api/problem";
import { onSession, session } from "@/api/session";

import { darkShades, isColour, shades } from "./shades";

export type Picture = "logo" | "icon";

export interface Brand {
  domain: string;
  company_name?: string;
  application_title?: string | null;
  accent?: string | null;
  pictures?: Picture[];
}

/** Whose brand is kept: of a name for every visit, of an account while one is signed in. */
const KEY = "qvoice.brand";
const OWN = "qvoice.brand.account";
const listeners = new Set<() => void>();
let current: Brand | null = null;

/** What the portal itself is called, and a brand's name for it. */
export const productOf = (brand: Brand | null): string => brand?.application_title || brand?.company_name || "QVOICE";

export function pictureOf(brand: Brand | null, part: Picture): string | undefined {
  return brand?.pictures?.includes(part) ? getGetWhitelabelPartUrl(brand.domain, part) : undefined;
}

/** The sign of a brand without an icon: the first letter of its name on its colour. */
function letterIcon(name: string, colour: string): string {
  const letter = [...name][0]?.toUpperCase().replaceAll(/[&<>"']/g, "") ?? "";
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="${colour}"/><text x="16" y="22.5" font-family="sans-serif" font-weight="600" font-size="18" text-anchor="middle" fill="#fff">${letter}</text></svg>`)}`;
}

export function iconOf(brand: Brand | null): string {
  if (!brand) return "/icon.svg";
  return pictureOf(brand, "icon") ?? letterIcon(productOf(brand), brand.accent && isColour(brand.accent) ? (shades(brand.accent)[6] ?? "") : "#2f5bea");
}

function show(brand: Brand | null): void {
  current = brand;
  const colour = brand?.accent && isColour(brand.accent) ? brand.accent : undefined;
  const dark = colour ? darkShades(colour) : undefined;
  const values: Record<string, string | undefined> = { "chosen-dark": dark?.chosen, "link-dark": dark?.link };
  for (let at = 0; at < 10; at += 1) values[at] = colour && shades(colour)[at];
  for (const [name, value] of Object.entries(values))
    if (value) document.documentElement.style.setProperty(`--qv-accent-${name}`, value);
    else document.documentElement.style.removeProperty(`--qv-accent-${name}`);
  document.title = productOf(brand);
  // Only another one: a link that is replaced is fetched again.
  const icon = document.querySelector('link[rel="icon"]');
  if (icon?.getAttribute("href") !== iconOf(brand)) icon?.replaceWith(Object.assign(document.createElement("link"), { rel: "icon", href: iconOf(brand) }));
  for (const listener of listeners) listener();
}

interface Source {
  store: Storage;
  key: string;
  /** Whose it is: a kept one of somebody else is not shown. */
  whose: string;
  /** Null when there is none. */
  read: () => Promise<Brand | null>;
}

function source(): Source | null {
  const account = session()?.accountId;
  if (account)
    return {
      store: sessionStorage,
      key: OWN,
      whose: account,
      read: async () => {
        const { data } = await call<Partial<Brand>>("GET", getGetWhitelabelInForceUrl(account));
        return data.domain ? (data as Brand) : null;
      },
    };
  const host = window.location.hostname;
  // An address or a bare name is nobody's.
  if (!host.includes(".") || /^[\d.]+$|^\[/.test(host)) return null;
  return { store: localStorage, key: KEY, whose: host, read: async () => (await call<Brand>("GET", getGetWhitelabelUrl(host), { anonymous: true })).data };
}

/** Show what is kept, then what the API says. A brand that cannot be asked for just now stays as it is. */
async function load(): Promise<void> {
  const from = source();
  if (!from) {
    show(null);
    return;
  }
  const text = from.store.getItem(from.key);
  const kept = text ? (JSON.parse(text) as { whose?: string; brand?: Brand | null }) : {};
  show(kept.whose === from.whose ? (kept.brand ?? null) : null);
  let brand: Brand | null;
  try {
    brand = await from.read();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status !== 404) return;
    brand = null;
  }
  // Somebody may have signed in or out meanwhile: then this is not theirs.
  if (source()?.whose !== from.whose) return;
  from.store.setItem(from.key, JSON.stringify({ whose: from.whose, brand }));
  show(brand);
}

/** Show the brand now, and whenever somebody signs in or out. */
export function loadBrand(): void {
  let whose = session()?.accountId;
  void load();
  onSession(() => {
    const now = session()?.accountId;
    if (now === whose) return;
    whose = now;
    void load();
  });
}

/** Ask again: the brand was changed here. */
export const reloadBrand = (): Promise<void> => load();

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

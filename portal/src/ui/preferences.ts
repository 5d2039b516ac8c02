/** How one likes to see the portal (colour scheme, density): kept in this browser, applied to <html>. */
import { useSyncExternalStore } from "react";

export type Scheme = "auto" | "light" | "dark";
export type Density = "comfortable" | "compact";
interface Preferences {
  scheme: Scheme;
  density: Density;
}

const listeners = new Set<() => void>();
const system = window.matchMedia("(prefers-color-scheme: dark)");
let current: Preferences = {
  scheme: (localStorage.getItem("qvoice.scheme") as Scheme | null) ?? "auto",
  density: (localStorage.getItem("qvoice.density") as Density | null) ?? "comfortable",
};

function apply(): void {
  const dark = current.scheme === "dark" || (current.scheme === "auto" && system.matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
  document.documentElement.setAttribute("data-density", current.density);
  for (const listener of listeners) listener();
}

system.addEventListener("change", apply);

/** Change some preferences, for good. */
export function prefer(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  localStorage.setItem("qvoice.scheme", current.scheme);
  localStorage.setItem("qvoice.density", current.density);
  apply();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The preferences as React state. */
export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, () => current);
}

/** The colour scheme in effect: the preference, or the system's. */
export function useScheme(): "light" | "dark" {
  const { scheme } = usePreferences();
  const dark = useSyncExternalStore(
    (listener) => {
      system.addEventListener("change", listener);
      return () => system.removeEventListener("change", listener);
    },
    () => system.matches,
  );
  return scheme === "auto" ? (dark ? "dark" : "light") : scheme;
}

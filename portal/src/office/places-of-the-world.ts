/** Time zones, countries and languages to choose from; names in the language one reads. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

/** IANA zones by name. */
export function timezones(): string[] {
  return Intl.supportedValuesOf("timeZone");
}

/** The browser's own zone. */
export function hereZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Countries as options of a Select; the rules that know them are fetched when first needed. */
export function useCountries(): { value: string; label: string }[] {
  const { i18n } = useTranslation();
  const codes = useQuery({
    queryKey: ["countries"],
    queryFn: async () => (await import("libphonenumber-js/min")).getCountries() as string[],
    staleTime: Number.POSITIVE_INFINITY,
  }).data;
  const names = new Intl.DisplayNames([i18n.language], { type: "region" });
  return (codes ?? []).map((value) => ({ value, label: names.of(value) ?? value })).toSorted((one, other) => one.label.localeCompare(other.label));
}

const LANGUAGES = ["en-us", "fr-ca"] as const;

/** Languages the system speaks, and the one that is set. */
export function useLanguages(now?: string): { value: string; label: string }[] {
  const { i18n } = useTranslation();
  const names = new Intl.DisplayNames([i18n.language], { type: "language" });
  return [...new Set([...LANGUAGES, ...(now ? [now.toLowerCase()] : [])])].map((value) => ({ value, label: names.of(value) ?? value }));
}

/** Words. Each route folder and ui/ keep theirs beside the code as -en.json and -fr.json; the folder's name is the namespace. */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = ["en", "fr"] as const;
export type Language = (typeof LANGUAGES)[number];

const files = import.meta.glob<Record<string, unknown>>(["../routes/**/-{en,fr}.json", "../ui/-{en,fr}.json"], {
  eager: true,
  import: "default",
});

/** Group the files as {language: {namespace: words}}. */
export function resources(): Record<string, Record<string, Record<string, unknown>>> {
  const all: Record<string, Record<string, Record<string, unknown>>> = {};
  for (const [path, words] of Object.entries(files)) {
    const [, folder, language] = /([^/]+)\/-(\w+)\.json$/.exec(path) ?? [];
    if (!folder || !language) throw new Error(`not a words file: ${path}`);
    (all[language] ??= {})[folder] = words;
  }
  return all;
}

const wanted = document.documentElement.lang;
void i18next.use(initReactI18next).init({
  lng: wanted,
  fallbackLng: "en",
  supportedLngs: LANGUAGES,
  resources: resources() as never,
  defaultNS: "ui",
  interpolation: { escapeValue: false },
  initAsync: false,
});

/** Change the language now and for the next visit. */
export function setLanguage(language: Language): void {
  localStorage.setItem("qvoice.language", language);
  document.documentElement.lang = language;
  void i18next.changeLanguage(language);
}

export default i18next;

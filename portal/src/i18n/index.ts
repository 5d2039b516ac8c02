/**
 * Words. Each route folder and ui/ keep theirs beside the code as -en.json and -fr.json; the folder's name is the namespace.
 * A file is fetched when a page first asks for it, in the language one reads.
 */
import i18next, { type BackendModule } from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = ["en", "fr"] as const;
export type Language = (typeof LANGUAGES)[number];

type Words = Record<string, unknown>;
const files = import.meta.glob<Words>(["../routes/**/-{en,fr}.json", "../ui/-{en,fr}.json", "../office/-{en,fr}.json", "../access/-{en,fr}.json"], { import: "default" });

/** The files by "language/namespace". */
function byName(): Map<string, () => Promise<Words>> {
  return new Map(
    Object.entries(files).map(([path, load]) => {
      const [, folder, language] = /-?([^/]+)\/-(\w+)\.json$/.exec(path) ?? [];
      if (!folder || !language) throw new Error(`not a words file: ${path}`);
      return [`${language}/${folder}`, load];
    }),
  );
}

/** French sets a thin space before ; : ! ? and within « »; one that never begins a line. The files have plain ones, which people can type. */
export function spaced(words: Words): Words {
  return Object.fromEntries(
    Object.entries(words).map(([key, value]) => [key, typeof value === "string" ? value.replaceAll(/ (?=[;:!?»])|(?<=«) /g, "\u202F") : spaced(value as Words)]),
  );
}

const known = byName();

const backend: BackendModule = {
  type: "backend",
  init: () => undefined,
  read: (language, namespace, done) => {
    const load = known.get(`${language}/${namespace}`);
    if (!load) done(new Error(`no words for ${namespace} in ${language}`), null);
    else load().then((words) => done(null, (language === "fr" ? spaced(words) : words) as never), (error: unknown) => done(error instanceof Error ? error : String(error), null));
  },
};

/** All words as {language: {namespace: words}}; for tests. */
export async function resources(): Promise<Record<string, Record<string, Words>>> {
  const all: Record<string, Record<string, Words>> = {};
  const loaded = await Promise.all([...known].map(async ([name, load]) => [name.split("/"), await load()] as const));
  for (const [[language = "", folder = ""], words] of loaded) (all[language] ??= {})[folder] = words;
  return all;
}

const wanted = document.documentElement.lang;
/** The words of the page one opens: they are on their way along with the frame's. */
const opened = (globalThis.qvoiceEarly?.words ?? []).filter((name) => name !== "ui" && known.has(`en/${name}`));
/** Resolves when the words of the frame and of the page one opens are there; other pages fetch theirs themselves. */
export const ready = i18next
  .use(backend)
  .use(initReactI18next)
  .init({
    lng: wanted,
    fallbackLng: "en",
    supportedLngs: LANGUAGES,
    load: "languageOnly",
    ns: ["ui", ...opened],
    defaultNS: "ui",
    interpolation: { escapeValue: false },
  });

/** Change the language now and for the next visit. */
export function setLanguage(language: Language): void {
  localStorage.setItem("qvoice.language", language);
  document.documentElement.lang = language;
  void i18next.changeLanguage(language);
}

export default i18next;

/**
 * Runs before anything else of the portal is there, as a small script of its own (the policy allows none inline): sets the colour scheme,
 * so that a dark screen never flashes light, and asks at once for what the page one opens needs: its code, its words and what it reads of
 * the API. Without it each of these would wait for the script that asks for it.
 */
import { readsOf } from "./reads";

/** What the build knows of a page: its files and the namespaces of its words. */
interface Page {
  files: number[];
  words: string[];
}
/** Files by number; pages by address (`users`, `callflows/*`, `/sign-in`); the files of the words by language and namespace. */
export interface Known {
  files: string[];
  frame: Page;
  pages: Record<string, Page>;
  words: Record<string, Record<string, number>>;
}
/** What the portal takes up: answers of the API on their way, by URL, asked with `token`, and the words that are on their way. */
export interface Early {
  token?: string;
  answers: Map<string, Promise<Response>>;
  words: string[];
  /** Have the browser fetch a page's files and words when it has nothing better to do. */
  ahead: (page: string) => void;
}

/** Put here by the build (build.ts). */
declare const BUILT: Known;
declare global {
  var qvoiceEarly: Early | undefined;
}

const known = BUILT;
const html = document.documentElement;
const kept = (key: string, otherwise: string) => {
  try {
    return localStorage.getItem(key) || otherwise;
  } catch {
    return otherwise;
  }
};
const wanted = kept("qvoice.scheme", "auto");
const dark = wanted === "dark" || (wanted === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
html.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
html.setAttribute("data-density", kept("qvoice.density", "comfortable"));
html.lang = kept("qvoice.language", navigator.language || "en").slice(0, 2) === "fr" ? "fr" : "en";

function link(file: string, priority: "high" | "low"): void {
  const made = document.createElement("link");
  const style = file.endsWith(".css");
  made.rel = style ? "preload" : "modulepreload";
  if (style) made.as = "style";
  made.crossOrigin = "";
  made.fetchPriority = priority;
  made.href = `/assets/${file}`;
  document.head.append(made);
}

function fetchPage({ files, words }: Page, priority: "high" | "low" = "high"): void {
  const named = words.flatMap((name) => known.words[html.lang]?.[name] ?? []);
  for (const at of [...files, ...named]) {
    const file = known.files[at];
    if (file && !document.querySelector(`link[href="/assets/${file}"]`)) link(file, priority);
  }
}

/** The session's token and account, when somebody is signed in and nothing has to be done first. */
function signedIn(): { token: string; accountId: string } | undefined {
  try {
    const session = JSON.parse(sessionStorage.getItem("qvoice.session") ?? "null") as { token: string; accountId: string; wants?: string[] } | null;
    return session && !session.wants?.length ? session : undefined;
  } catch {
    return undefined;
  }
}

const session = signedIn();
const [, top, account = session?.accountId ?? "", ...rest] = location.pathname.split("/");
const open = top === "" || top === "a";
const address = !open ? location.pathname.replace(/\/$/, "") : session ? rest.filter(Boolean).join("/") || "dashboard" : "/sign-in";
const page = known.pages[address] ?? known.pages[address.replace(/\/[^/]+$/, "/*")];
const answers = new Map<string, Promise<Response>>();
const framed = open && session !== undefined;
if (framed) fetchPage(known.frame);
if (page) fetchPage(page);
if (framed && page)
  for (const url of readsOf(address, account, session.accountId)) {
    // After the code: on the few connections a browser opens, a script is not to wait behind a long list.
    const headers = { Accept: "application/json", "X-Auth-Token": session.token };
    const answer = fetch(url, { headers, credentials: "omit", priority: "low" });
    answer.catch(() => undefined); // whoever takes it up hears of it
    answers.set(url, answer);
  }
globalThis.qvoiceEarly = {
  token: session?.token,
  answers,
  words: [...new Set([...(framed ? known.frame.words : []), ...(page?.words ?? [])])],
  ahead: (name) => {
    const next = known.pages[name];
    if (next) for (const one of [known.frame, next]) fetchPage(one, "low");
  },
};

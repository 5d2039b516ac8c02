/**
 * What each page reads of the API when it is opened by its address, so that the early script can ask before the page's code is there: its
 * own -reads.ts says so. A page without one, or that reads more, asks for itself as ever; an answer that nobody takes up would be a request
 * for nothing, which the benchmark (bench/portal.mjs) refuses.
 */
import { all, type Reads } from "./urls";

/** What the frame reads, after the account's own URL. The page's own come before it: they are what one waits for. */
const FRAME: Reads = ["", "/permissions", "/tree", "/apps_store", all("channels")];
/** By the page's address (`users`, `callflows/*`); `*` stands for an id, which is put in the place of it. */
const PAGES = Object.fromEntries(
  Object.entries(import.meta.glob<Reads>("../routes/_app/a/**/-reads.ts", { eager: true, import: "default" })).map(([path, reads]) => [
    path.replace(/^.*\/\$account\//, "").replace(/\/-reads\.ts$/, "").replaceAll(/\$[^/]+/g, "*"),
    reads,
  ]),
);

/** The URLs that the page at `address` (users, callflows/3f2…) reads first, in an account, for somebody whose own account is `home`. */
export function readsOf(address: string, account: string, home: string): string[] {
  const [, list = "", id = ""] = /^(.+)\/([^/]+)$/.exec(address) ?? [];
  const reads = PAGES[address] ?? PAGES[`${list}/*`]?.map((url) => url.replace("*", id)) ?? [];
  const base = `/v2/accounts/${account}`;
  return [...new Set([...reads, ...FRAME].map((url) => base + url)), ...(home === account ? [] : [`/v2/accounts/${home}`])];
}

import type { Manifest } from "vite";
import { afterEach, expect, test, vi } from "vitest";

import { call, setSession } from "@/api";

import { known, wordsIn } from "./known.ts";
import { readsOf } from "./reads";

afterEach(() => {
  globalThis.qvoiceEarly = undefined;
  setSession(null);
  vi.unstubAllGlobals();
});

test("G1 the build knows each page's files beyond the first ones, its words, and where they are", () => {
  const manifest = {
    "index.html": { file: "assets/index.js", imports: ["_shared.js"], isEntry: true },
    "_shared.js": { file: "assets/shared.js" },
    "_frame.js": { file: "assets/frame.js", css: ["assets/frame.css"], imports: ["_shared.js"] },
    "src/routes/_app/a/$account/route.tsx?tsr-split=component": { file: "assets/route.js", imports: ["_frame.js"] },
    "src/routes/_app/a/$account/users/index.tsx?tsr-split=component": { file: "assets/users.js", imports: ["_shared.js", "_frame.js"] },
    "src/routes/_app/a/$account/callflows/$flow/index.tsx?tsr-split=component": { file: "assets/_flow.js", imports: ["_shared.js"] },
    "src/routes/sign-in/index.tsx?tsr-split=component": { file: "assets/sign-in.js", imports: ["_shared.js"] },
    "src/routes/_app/a/$account/users/-en.json": { file: "assets/-en.js" },
    "src/routes/_app/a/$account/accounts/-fraud/-fr.json": { file: "assets/-fr.js" },
  } as unknown as Manifest;
  const { files, frame, pages, words } = known(manifest, (file) => (file === "assets/users.js" ? ["users", "ui"] : []));
  const named = (page: { files: number[] } | undefined) => page?.files.map((at) => files[at]);
  expect(named(frame)).toEqual(["route.js", "frame.js", "frame.css"]);
  expect(Object.keys(pages)).toEqual(["users", "callflows/*", "/sign-in"]);
  expect(named(pages.users)).toEqual(["users.js"]);
  expect(pages.users?.words).toEqual(["ui", "users"]);
  expect(named(pages["/sign-in"])).toEqual(["sign-in.js"]);
  expect(files[words.en?.users ?? -1]).toBe("-en.js");
  expect(files[words.fr?.fraud ?? -1]).toBe("-fr.js");
  expect(wordsIn('const { t } = useTranslation(["sign-in", "ui"]); useTranslation("office"); useTranslation()')).toEqual(["sign-in", "ui", "office"]);
});

test("G1 what a page reads is asked once, for the account of its address and one's own", () => {
  const users = readsOf("users", "acme", "acme");
  expect(users.slice(0, 2)).toEqual(["/v2/accounts/acme/users?paginate=false", "/v2/accounts/acme/callflows?paginate=false"]);
  expect(new Set(users).size).toBe(users.length);
  expect(readsOf("callflows/7", "acme", "acme")[0]).toBe("/v2/accounts/acme/callflows/7");
  expect(readsOf("users", "acme", "home")).toContain("/v2/accounts/home");
  expect(readsOf("no-such-page", "acme", "acme")).toContain("/v2/accounts/acme/tree");
});

test("G1 an answer on its way is taken up once, and never with another session's token", async () => {
  const answer = (data: string) => Promise.resolve(Response.json({ data }));
  vi.stubGlobal("fetch", () => answer("asked again"));
  const who = { token: "one", accountId: "acme", userId: "u", userName: "u" };
  const early = (token: string) => ({ token, answers: new Map([["/v2/x", answer("early")]]), words: [], ahead: () => undefined });
  setSession(who);
  globalThis.qvoiceEarly = early("one");
  expect((await call("GET", "/v2/x")).data).toBe("early");
  expect((await call("GET", "/v2/x")).data).toBe("asked again");
  globalThis.qvoiceEarly = early("another");
  expect((await call("GET", "/v2/x")).data).toBe("asked again");
  globalThis.qvoiceEarly = early("one");
  expect((await call("PUT", "/v2/y", { body: {} })).data).toBe("asked again");
  expect((await call("GET", "/v2/x")).data).toBe("asked again");
});

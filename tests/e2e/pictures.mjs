// Takes pictures of pages for a designer's eye: desktop and phone, light and dark. Not a test; see docs/handbook/portal.md.
//   node tests/e2e/pictures.mjs DEMO.json FOLDER "/a/:account/users?user=:user" …      (QVOICE_CHROMIUM names the browser)
// DEMO.json is what `./qvoice demo --json` prints; :account is its first customer, :user that customer's first user.
import { mkdir, readFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join } from "node:path";

import { open, violations } from "./browser.mjs";

const [file, folder, ...paths] = process.argv.slice(2);
const demo = JSON.parse(await readFile(file, "utf8"));
const wanted = (process.env.VARIANTS ?? "desktop-light,desktop-dark,phone-light,phone-dark").split(",");
const language = process.env.LANGUAGE_OF_PAGES ?? "en";
const size = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

const who = demo.master;
const credentials = createHash("md5").update(`${who.username}:${who.password}`).digest("hex");
const reply = await fetch(`${demo.api}/user_auth`, {
  method: "PUT",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ data: { credentials, account_name: who.account_name, method: "md5" } }),
});
const { auth_token: token, data } = await reply.json();
const session = JSON.stringify({ token, accountId: data.account_id, userId: data.owner_id, userName: who.username });

await mkdir(folder, { recursive: true });
for (const variant of wanted) {
  const [device, scheme] = variant.split("-");
  const { page, complaints, close } = await open({
    viewport: size[device],
    colorScheme: scheme,
    hasTouch: device === "phone",
    isMobile: device === "phone",
    deviceScaleFactor: device === "phone" ? 2 : 1,
    locale: language,
    reducedMotion: "reduce",
  });
  await page.addInitScript(([session, scheme, language]) => {
    sessionStorage.setItem("qvoice.session", session);
    localStorage.setItem("qvoice.scheme", scheme);
    localStorage.setItem("qvoice.language", language);
  }, [session, scheme, language]);
  for (const path of paths) {
    const account = demo.accounts[0];
    const place = path.replace(":account", account.id).replace(":user", account.users[0].id).replace(":master", demo.master.account_id);
    await page.goto(new URL(place, demo.portal).href);
    await page.waitForLoadState("networkidle", { timeout: 4_000 }).catch(() => undefined);
    await page.waitForTimeout(150);
    const name = `${path.split("/").slice(3).join("-").replaceAll(/[^a-z0-9-]+/gi, "_") || path.replaceAll("/", "")}-${variant}.png`;
    await page.screenshot({ path: join(folder, name) });
    const unfit = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth || (document.querySelector("main")?.scrollWidth ?? 0) > (document.querySelector("main")?.clientWidth ?? 1e9));
    if (unfit) process.stdout.write(`${name}: wider than the screen\n`);
    for (const line of await violations(page)) process.stdout.write(`${name}: ${line.replaceAll("\n", " ")}\n`);
  }
  for (const line of complaints) process.stdout.write(`${variant}: ${line}\n`);
  await close();
}

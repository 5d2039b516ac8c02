// What all walks share: a signed-in browser, axe on the way, and one JSON line of what was seen (tests/e2e/walks.py starts and judges it).
import { createHash } from "node:crypto";

import { open, violations } from "./browser.mjs";

/** What the test gave this walk. */
export const given = JSON.parse(process.argv[2]);

/** A session of the portal, made through the API as the sign-in page does. */
export async function session({ api, username, password, account }) {
  const credentials = createHash("md5").update(`${username}:${password}`).digest("hex");
  const reply = await fetch(`${api}/user_auth`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ data: { credentials, account_name: account, method: "md5" } }),
  });
  const { auth_token: token, data } = await reply.json();
  if (!token) throw new Error(`no session for ${username} of ${account}: HTTP ${reply.status}`);
  return { token, accountId: data.account_id, userId: data.owner_id, userName: username };
}

/**
 * Walk: `steps` gets the page, `go` (to a page of the account), `check` (axe; of some rules only when named) and returns what the test judges. On failure a picture is
 * left where QVOICE_E2E_PICTURE says.
 */
export async function walk(steps, options = {}) {
  const who = await session(given);
  const { page, complaints, close } = await open({ viewport: { width: 1440, height: 900 }, locale: "en-CA", colorScheme: "light", reducedMotion: "reduce", ...options });
  const inaccessible = [];
  const check = async (place, rules) => {
    for (const line of await violations(page, rules)) inaccessible.push(`${place}: ${line}`);
  };
  const account = given.acting ?? who.accountId;
  const go = async (path) => page.goto(new URL(`/a/${account}/${path}`, given.portal).href);
  try {
    await page.addInitScript((text) => sessionStorage.setItem("qvoice.session", text), JSON.stringify(who));
    const seen = await steps({ page, go, check, account });
    process.stdout.write(`${JSON.stringify({ ...seen, inaccessible, complaints })}\n`);
  } catch (error) {
    const picture = process.env.QVOICE_E2E_PICTURE;
    if (picture) await page.screenshot({ path: picture });
    process.stderr.write(`at ${page.url()}\n${error.stack}\n${complaints.join("\n")}\n`);
    process.exitCode = 1;
  } finally {
    await close();
  }
}

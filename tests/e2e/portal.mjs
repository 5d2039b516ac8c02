// One walk through the portal in a real browser against a real API: sign in, use an account, add a user with a device, find it, change
// language and theme, take it all away again. Prints what it saw as one JSON line; tests/e2e/test_portal.py starts it.
import assert from "node:assert/strict";

import { open, violations } from "./browser.mjs";

const { portal, username, password, account, customer } = JSON.parse(process.argv[2]);
// A name of its own, so that what an earlier, broken run left behind does not matter.
const surname = `Roy${process.pid}`;
const name = `Zoé ${surname}`;
const email = `zoe.${surname.toLowerCase()}@example.test`;
const inaccessible = [];
const { page, complaints, close } = await open({ viewport: { width: 1440, height: 900 }, locale: "en-CA", colorScheme: "light", reducedMotion: "reduce" });

const button = (name) => page.getByRole("button", { name, exact: true });
const check = async (place) => {
  for (const line of await violations(page)) inaccessible.push(`${place}: ${line}`);
};
const fillSignIn = async (secret) => {
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(secret);
  await page.getByLabel("Account name").fill(account);
  await button("Sign in").click();
};

try {
  // A wrong password is told, and the page one wanted is remembered.
  await page.goto(new URL("/a/0/settings", portal).href);
  await page.waitForURL("**/sign-in**");
  await page.goto(portal);
  await page.getByLabel("User name").waitFor();
  await check("sign-in");
  await fillSignIn("wrong");
  await page.getByRole("alert").getByText("do not match").waitFor();
  await fillSignIn(password);
  await page.waitForURL("**/dashboard");
  const home = new URL(page.url()).pathname.split("/")[2];

  // Use an account two levels below: only the account in the address changes, and the bar says so.
  await page.getByRole("link", { name: "Admin" }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await page.waitForURL("**/accounts");
  await page.getByLabel("Search accounts by name").fill(customer.toLowerCase());
  await page.getByRole("link", { name: `Use account ${customer}` }).click();
  await page.waitForURL("**/dashboard");
  const acting = new URL(page.url()).pathname.split("/")[2];
  assert.notEqual(acting, home);
  await page.getByRole("heading", { level: 1, name: customer }).waitFor();
  await page.getByRole("link", { name: "Leave" }).waitFor();
  assert.equal(await page.getByRole("banner").getAttribute("data-masquerading"), "true");
  await page.getByRole("link", { name: "calls now. Live" }).or(page.getByRole("link", { name: "call now. Live" })).waitFor();
  await page.getByRole("heading", { name: "Not set up yet" }).waitFor();
  await check("dashboard");

  // The palette jumps by keyboard alone.
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Jump to" }).fill("users");
  await page.getByRole("option", { name: "Users" }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/users");
  await page.locator("tbody [data-open]").first().waitFor();
  await check("users");

  // A taken extension is refused on its field, before anything is made.
  await page.keyboard.press("n");
  const panel = page.getByRole("dialog", { name: "New user" });
  await panel.getByLabel("First name").fill("Zoé");
  await panel.getByLabel("Last name").fill(surname);
  await panel.getByLabel("E-mail").fill(email);
  const proposed = await panel.getByLabel("Extension").inputValue();
  await panel.getByLabel("Extension").fill("1000");
  await panel.getByRole("button", { name: "Add user" }).click();
  await panel.getByText("1000 is taken. Choose another one.").waitFor();
  await panel.getByLabel("Extension").fill(proposed);
  await check("new user");
  await panel.getByRole("button", { name: "Add user" }).click();

  // The device's secret is shown once.
  const secrets = page.getByRole("dialog", { name: "Write these down now" });
  await secrets.waitFor();
  const shown = await secrets.locator("code").allTextContents();
  await check("secrets");
  await secrets.getByRole("button", { name: "Done" }).click();
  await secrets.waitFor({ state: "hidden" });
  assert.match(page.url(), /user=[0-9a-f]{32}/, "the new user's panel has its own address");
  const user = new URL(page.url()).searchParams.get("user");
  await page.getByRole("dialog", { name: new RegExp(name) }).waitFor();
  await check("user");
  await page.keyboard.press("Escape");
  await page.getByLabel("Search by name, extension, e-mail or number").fill(`zoe ${surname}`);
  const row = page.getByRole("row", { name: new RegExp(`${name}.*${proposed}.*Offline`) });
  await row.waitFor();
  await page.reload();
  await row.waitFor();

  // The call log and the settings; language and theme change at once and stay.
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await page.getByRole("heading", { level: 1, name: "Call log" }).waitFor();
  await page.getByText("Nobody is on the phone.").waitFor();
  await check("calls");
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await page.getByText("Dark", { exact: true }).click();
  await page.getByText("Français", { exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Réglages" }).waitFor();
  await check("settings, dark, French");
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "Réglages" }).waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "fr");
  assert.equal(await page.locator("html").getAttribute("data-mantine-color-scheme"), "dark");

  // On a phone the pages are a bar of tabs; the list opens and the user goes away with all that belongs to it.
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole("link", { name: "Utilisateurs" }).click();
  await page.getByRole("button", { name, exact: true }).click();
  const french = page.getByRole("dialog", { name: new RegExp(name) });
  await french.waitFor();
  await check("user, phone, dark, French");
  await french.getByRole("tab", { name: "Compte" }).click();
  await french.getByRole("button", { name: "Supprimer", exact: true }).click();
  await page.getByRole("dialog", { name: /^Supprimer cet utilisateur/ }).getByRole("button", { name: "Supprimer" }).click();
  await page.getByText("L’utilisateur a été supprimé").waitFor();
  await page.getByRole("button", { name, exact: true }).waitFor({ state: "detached" });

  // Signing out forgets the session.
  await page.getByRole("button", { name: /^Vous/ }).click();
  await page.getByRole("menuitem", { name: "Se déconnecter" }).click();
  await page.waitForURL("**/sign-in**");
  assert.equal(await page.evaluate(() => sessionStorage.getItem("qvoice.session")), null);
  process.stdout.write(`${JSON.stringify({ acting, user, extension: proposed, shown, inaccessible, complaints })}\n`);
} catch (error) {
  const picture = process.env.QVOICE_E2E_PICTURE;
  if (picture) await page.screenshot({ path: picture });
  process.stderr.write(`at ${page.url()}\n${error.stack}\n${complaints.join("\n")}\n`);
  process.exitCode = 1;
} finally {
  await close();
}

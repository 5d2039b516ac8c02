// An operator's sitting: a customer is created with the wizard, given a number and a user; then the office of the provider is looked at,
// page by page. tests/e2e/test_admin.py makes the new user's phone ring with what this prints.
import assert from "node:assert/strict";

import { given, walk } from "./walk.mjs";

const { name, email, number, reseller } = given;

await walk(async ({ page, go, check }) => {
  const button = (text) => page.getByRole("button", { name: text, exact: true });
  await go("overview");
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await page.getByRole("heading", { name: "Needs attention" }).waitFor();
  await check("overview");

  // The wizard: the realm follows the name; a step that is not right does not let one pass.
  await page.keyboard.press("n");
  await page.waitForURL("**/accounts/new");
  await button("Next").click();
  await page.getByText("Fill this in.").first().waitFor();
  await page.getByLabel("Name").fill(name);
  const realm = await page.getByLabel("Realm").inputValue();
  assert.match(realm, /^customer-[0-9a-f]+\./);
  await check("wizard, account");
  await button("Next").click();
  await page.getByRole("heading", { level: 2, name: "Address and administrator" }).waitFor();
  await page.getByLabel("E-mail").fill("nobody");
  await button("Next").click();
  await page.getByText("Write a whole e-mail address").waitFor();
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("City").fill("Toronto");
  await check("wizard, people");
  await button("Next").click();
  await page.getByRole("switch", { name: "International" }).waitFor();
  await check("wizard, features");
  await button("Next").click();
  await page.getByRole("heading", { level: 2, name: "Service plan" }).waitFor();
  await button("Next").click();
  await page.getByLabel("Two-way calls").fill("4");
  await check("wizard, limits");
  await button("Create account").click();

  // It is ready: the administrator is invited by mail, the first number is added at once; a number that is none is refused as one types.
  await page.getByRole("heading", { level: 1, name: `${name} is ready` }).waitFor();
  await page.getByRole("heading", { name: "Its administrator is invited" }).waitFor();
  await page.getByText(`A link goes to ${email}.`).waitFor();
  await page.getByLabel("Numbers", { exact: true }).fill("12345");
  await page.getByText("is not a number in E.164").waitFor();
  assert.ok(await button("Add numbers").isDisabled());
  await page.getByLabel("Numbers", { exact: true }).fill(number);
  await button("Add 1 number").click();
  await page.getByText(`1 number added to ${name}.`).waitFor();
  await check("ready");

  // Its page: the number is there, a user comes with extension, voicemail box and phone.
  await page.getByRole("link", { name: "Open its page" }).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await page.getByText("1 admin").waitFor();
  await check("account, summary");
  const account = new URL(page.url()).pathname.split("/").at(-1);
  await page.getByRole("tab", { name: "People" }).click();
  await page.getByRole("row", { name: new RegExp(email) }).waitFor();
  await button("Add user").click();
  const panel = page.getByRole("dialog", { name: "New user" });
  await panel.getByLabel("First name").fill("Ruth");
  await panel.getByLabel("Last name").fill("Ringer");
  await panel.getByLabel("E-mail").fill(`ruth.${email}`);
  await panel.getByLabel("Extension").fill("2001");
  await panel.getByRole("combobox", { name: "Direct number" }).or(panel.getByLabel("Direct number")).first().click();
  await page.getByRole("option").first().click();
  await panel.getByRole("button", { name: "Add user" }).click();
  const secrets = page.getByRole("dialog", { name: "Write these down now" });
  await secrets.waitFor();
  const phone = Object.fromEntries(await secrets.locator("dl > div").evaluateAll((rows) => rows.map((row) => [row.querySelector("dt")?.textContent, row.querySelector("code")?.textContent])));
  await secrets.getByRole("button", { name: "Done" }).click();
  await page.getByRole("row", { name: /Ruth Ringer.*2001/ }).waitFor();
  // Everyone is invited, the administrator again (his first link ends), Ruth for the first time.
  await button("Invite everyone").click();
  const invite = page.getByRole("dialog", { name: `Invite everyone of ${name}` });
  await invite.getByRole("button", { name: "Invite everyone" }).click();
  await invite.getByText("2 people are invited.").waitFor();
  await check("invited");
  await invite.getByRole("button", { name: "Close" }).last().click();
  await page.getByRole("button", { name: "Invite again: Ruth Ringer" }).waitFor();
  await check("account, people");
  await page.getByRole("tab", { name: "Numbers" }).click();
  await page.getByRole("row", { name: /Call route/ }).waitFor();
  await check("account, numbers");
  await page.getByRole("tab", { name: "Limits" }).click();
  assert.equal(await page.getByLabel("Two-way calls").inputValue(), "4");
  await page.getByLabel("Two-way calls").fill("6");
  await button("Save").click();
  await page.getByText("The next call follows the new limits.").waitFor();
  await check("account, limits");
  await page.getByRole("tab", { name: "Audit" }).click();
  await page.getByText("Changed: limits").first().waitFor();
  await check("account, audit");

  // Turned off and, by the toast's own button, on again.
  await button("More").click();
  await page.getByRole("menuitem", { name: "Turn off" }).click();
  await page.getByText("Turned off", { exact: true }).waitFor();
  await page.getByRole("alert").filter({ hasText: "is turned off" }).getByRole("button", { name: "Undo" }).click();
  await page.getByText("In service", { exact: true }).waitFor();

  // The tree finds it by name, shows resellers as such, and opens by keyboard.
  await go("accounts");
  await page.getByRole("row", { name: new RegExp(`${reseller}.*Reseller`) }).waitFor();
  await page.getByLabel("Search accounts by name").fill(name.toLowerCase());
  await page.getByRole("row", { name: new RegExp(`${reseller}.*Reseller`) }).waitFor({ state: "detached" });
  await page.getByRole("link", { name: `Use account ${name}` }).waitFor();
  await check("accounts");
  await page.getByLabel("Search accounts by name").press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/accounts/${account}`);

  // Every page fits a phone, in French and dark too.
  await page.setViewportSize({ width: 390, height: 844 });
  await page.evaluate(() => localStorage.setItem("qvoice.language", "fr"));
  const wide = [];
  for (const path of ["overview", "accounts", "accounts/new", ...["summary", "people", "numbers", "limits", "audit"].map((tab) => `accounts/${account}?tab=${tab}`)]) {
    await go(path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForLoadState("networkidle").catch(() => undefined);
    if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) wide.push(path);
    await check(`${path}, phone, French`);
  }
  return { account, realm, phone, wide };
});

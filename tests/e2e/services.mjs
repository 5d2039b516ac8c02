// Conference, hold music, numbers, caller ID, feature codes, holidays: each page's main change, in French on a phone at the end.
import assert from "node:assert/strict";

import { given, walk } from "./walk.mjs";

const { mark, tone } = given;

await walk(async ({ page, go, check }) => {
  const toast = (text) => page.getByText(text).first().waitFor();
  const panel = page.getByRole("dialog").first();

  await go("conferences?open=new");
  await panel.getByLabel("Name").fill(`Room ${mark}`);
  await panel.getByLabel("Room number").fill(given.room);
  await panel.getByLabel("PIN for guests").fill("12");
  await panel.getByRole("button", { name: "Add room" }).click();
  await panel.getByText("At least 3 digits, or empty.").waitFor();
  await panel.getByLabel("PIN for guests").fill("1234");
  await check("room");
  await panel.getByRole("button", { name: "Add room" }).click();
  await toast("can be entered from the next call on");
  await go("conferences");
  await page.getByRole("button", { name: `Room ${mark}` }).waitFor();
  await check("conferences");

  await go("music?open=new");
  await panel.locator('input[type="file"]').setInputFiles(tone);
  await toast("is uploaded.");
  await panel.getByRole("button", { name: /^Play / }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("combobox", { name: "Company hold music" }).click();
  await page.getByRole("option", { name: "tone" }).first().click();
  await check("music");
  await page.getByRole("button", { name: "Save" }).click();
  await toast("The next caller put on hold hears it.");

  // What callers of the conference number hear first.
  await go("conferences");
  await page.getByRole("button", { name: "Change the greeting" }).click();
  await page.getByRole("combobox", { name: "Callers hear" }).click();
  await page.getByRole("option", { name: "tone" }).first().click();
  await check("conference greeting");
  await page.getByRole("button", { name: "Save" }).click();
  await toast("The next call to these numbers asks for a room.");

  await go(`numbers?open=${encodeURIComponent(given.number)}`);
  await panel.getByLabel("Street and number").fill(`${given.room} Front Street West`);
  await panel.getByLabel("City").fill("");
  await panel.getByRole("button", { name: "Save" }).click();
  await panel.getByText("Fill this in.").first().waitFor();
  await panel.getByLabel("City").fill("Toronto");
  await panel.getByLabel("Province or state").fill("ON");
  await panel.getByLabel("Postal code").fill("M5J 2X2");
  await check("number");
  await panel.getByRole("button", { name: "Save" }).click();
  await toast("The next call to this number follows it.");
  await page.keyboard.press("Escape");
  await page.getByText("On record").first().waitFor();
  await check("numbers");

  await go("caller-id");
  await page.getByRole("textbox", { name: "Name" }).first().fill(`Acme ${mark}`);
  await check("caller ID");
  await page.getByRole("button", { name: "Save" }).click();
  await toast("The next call shows it");

  await go("feature-codes");
  const code = page.getByLabel("Number of Listen to a box");
  await code.fill("97");
  await page.keyboard.press("Enter");
  await page.getByText("*97 is another feature’s code.").waitFor();
  await code.fill("985");
  await page.keyboard.press("Enter");
  await toast("dial *985 from now on");
  // A new account has them all; what somebody switched off comes back with the rest.
  await page.getByRole("switch", { name: "Do not disturb: on", exact: true }).press("Space");
  await toast("Do not disturb: on is off.");
  await page.getByRole("button", { name: "Switch all on" }).click();
  await toast(/codes? (was|were) switched on\./);
  await check("feature codes");

  await go("main-number");
  await page.getByRole("button", { name: "Add holiday" }).click();
  await page.getByRole("menuitem", { name: /first Monday of September/ }).click();
  await page.getByLabel("Name of the holiday").last().fill(`Day ${mark}`);
  await check("holidays");
  await page.getByRole("button", { name: "Save" }).click();
  await toast("The next call follows these hours");

  // When each schedule holds, as the call path sees it.
  await go("schedules");
  await page.getByRole("row", { name: new RegExp(`Day ${mark}.*Off until `) }).waitFor();

  // The account's own business: its balance, its next invoice, how its people sign in.
  await page.getByRole("link", { name: "Account", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Balance" }).waitFor();
  await page.getByText("Prepaid: calls that cost end when nothing is left.").waitFor();
  await page.getByRole("row", { name: new RegExp(`Deposit ${mark}`) }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Add funds" }).count(), 0);
  await page.getByRole("link", { name: "Invoices", exact: true }).click();
  await page.getByRole("button", { name: "Next invoice" }).first().click();
  await page.getByRole("dialog").getByRole("row", { name: new RegExp(`Deposit ${mark}`) }).waitFor();
  await check("the next invoice of one's own account");
  await go("sign-in-rules");
  await page.getByRole("combobox", { name: "Stay signed in for" }).click();
  await page.getByRole("option", { name: "8 hours" }).click();
  await check("sign-in rules");
  await page.getByRole("button", { name: "Save" }).click();
  await toast("a session’s length from the next sign-in on");

  // Every page of the areas at both sizes and in both themes, in French: nothing inaccessible, nothing wider than the screen. On a phone
  // what has no tab is behind "Plus".
  const [desktop, phone] = [{ width: 1440, height: 900 }, { width: 390, height: 844 }];
  await page.evaluate(() => {
    localStorage.setItem("qvoice.language", "fr");
    localStorage.setItem("qvoice.scheme", "auto");
  });
  await page.setViewportSize(phone);
  await go("dashboard");
  await page.getByRole("button", { name: "Plus" }).click();
  await page.getByRole("dialog").getByRole("link", { name: "Codes de fonction" }).click();
  await page.getByRole("heading", { level: 1, name: "Codes de fonction" }).waitFor();
  const wide = [];
  for (const place of ["dashboard", "main-number", "users", "groups", "devices", "voicemail", "conferences", "music", "numbers", "caller-id", "feature-codes", "calls", "callflows", "menus", "media", "schedules", "balance", "invoices", "sign-in-rules"]) {
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize(phone);
    await go(place);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
    for (const [size, scheme, rules] of [[phone, "dark"], [phone, "light", ["color-contrast"]], [desktop, "light"], [desktop, "dark", ["color-contrast"]]]) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme: scheme });
      // The attribute is there before every colour that follows from it, on a busy machine.
      await page.waitForFunction((wanted) => {
        const red = Number(/\d+/.exec(getComputedStyle(document.querySelector("main")).color)[0]);
        return document.documentElement.getAttribute("data-mantine-color-scheme") === wanted && red < 128 === (wanted === "light");
      }, scheme);
      const what = `${place}, ${size === phone ? "phone" : "desktop"}, ${scheme}, French`;
      if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth || document.querySelector("main").scrollWidth > document.querySelector("main").clientWidth)) wide.push(what);
      await check(what, rules);
    }
  }
  return { wide };
});

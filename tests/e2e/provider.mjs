// The provider's care for one account: fraud, rate deck, signing in, export, deletion and the way back.
import assert from "node:assert/strict";

import { given, walk } from "./walk.mjs";

const { customer, name, mark } = given;

await walk(
  async ({ page, go, check }) => {
    const button = (text) => page.getByRole("button", { name: text, exact: true });
    const toast = (text) => page.getByText(text).first().waitFor();

    // Fraud: locked by hand with a reason, seen on every page of the account, undone by one press, and done again by the toast.
    await go(`accounts/${customer}?tab=fraud`);
    await page.getByText("It was never locked.").waitFor();
    await check("fraud, never locked");
    await button("Lock now").click();
    await page.getByText("Say why, in at least 3 letters.").waitFor();
    await page.getByRole("textbox", { name: "Reason" }).fill(`Strange calls at night ${mark}`);
    await button("Lock now").click();
    await toast(`${name} is locked.`);
    const notice = page.getByRole("region", { name: "This account is locked" });
    await notice.getByText(`Reason: Strange calls at night ${mark}`).waitFor();
    await check("fraud, locked");
    await go("overview");
    await page.getByText(/account(s are| is) locked/).waitFor();
    await page.goto(new URL(`/a/${customer}/dashboard`, given.portal).href);
    await notice.waitFor();
    await check("dashboard, locked");
    await go(`accounts/${customer}?tab=fraud`);
    await notice.getByRole("button", { name: "Unlock" }).click();
    await notice.waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Undo" }).last().click();
    await notice.waitFor();
    await notice.getByRole("button", { name: "Unlock" }).click();
    await notice.waitFor({ state: "hidden" });
    await page.getByText("Unlocked", { exact: true }).first().waitFor();

    // Guards: what is not set shows the default; a class is opened, the speed is set, and taken back to the default.
    await page.getByRole("checkbox", { name: "International" }).uncheck();
    await page.getByLabel("Calls", { exact: true }).fill("40");
    await button("Save").click();
    await toast("The next call is judged by it.");
    await check("fraud, guards");

    // The deck that its calls are priced by; taken back by the toast.
    await go(`accounts/${customer}?tab=plan`);
    await page.getByRole("textbox", { name: "Deck of this account alone" }).or(page.getByRole("combobox", { name: "Deck of this account alone" })).click();
    await page.getByRole("option", { name: new RegExp(`^Deck ${mark}`) }).click();
    await page.getByText(`Deck ${mark} has no prices yet: read its sheet. No prices: calls are free.`).waitFor();
    await check("plan and rate deck");

    // Signing in: a second step wanted of everybody; addresses, wrong ones at the field.
    await go(`accounts/${customer}?tab=entry`);
    await page.getByText("Nobody signed in yet").waitFor();
    await page.getByRole("switch", { name: "Wanted of everybody" }).press("Space");
    await page.getByRole("combobox", { name: "People may sign in" }).or(page.getByRole("textbox", { name: "People may sign in" })).click();
    await page.getByRole("option", { name: "Only from these addresses" }).click();
    await page.getByLabel("Addresses", { exact: true }).fill("the office");
    await button("Save").click();
    await page.getByText("is no address and no network").waitFor();
    await page.getByLabel("Addresses", { exact: true }).fill("999.0.2.0/24");
    await button("Save").click();
    await page.locator(".mantine-InputWrapper-error").waitFor();
    await page.getByLabel("Addresses", { exact: true }).fill("192.0.2.0/24\n2001:db8::/32");
    await page.getByRole("combobox", { name: "Phones may come" }).or(page.getByRole("textbox", { name: "Phones may come" })).click();
    await page.getByRole("option", { name: "Only from these networks" }).click();
    await page.getByLabel("Networks of the phones").fill("198.51.100.0/24");
    await check("signing in");
    await button("Save").click();
    await toast("It holds from the next request on");

    // Everything in one archive.
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Export everything" }).click();
    await button("Make the export").click();
    const [archive] = await Promise.all([page.waitForEvent("download"), button("Download the result").click()]);
    assert.equal(archive.suggestedFilename(), "account.zip");
    await check("export");
    await page.keyboard.press("Escape");

    // Deleted, undone by the toast; deleted again and restored from the list.
    const remove = async () => {
      await page.getByRole("button", { name: "More" }).click();
      await page.getByRole("menuitem", { name: "Delete account" }).click();
      await page.getByLabel(`Type “${name}” to confirm`).fill(name);
      await page.getByRole("dialog").getByRole("button", { name: "Delete account" }).click();
      await toast(`${name} is deleted.`);
    };
    await remove();
    await page.getByRole("button", { name: "Undo" }).last().click();
    await toast(`${name} is back as it was.`);
    await go(`accounts/${customer}`);
    await remove();
    await page.getByRole("link", { name: "Deleted accounts" }).click();
    await page.getByRole("heading", { level: 1, name: "Deleted accounts" }).waitFor();
    await button(`Restore ${name}`).waitFor();
    await check("deleted accounts");
    await button(`Restore ${name}`).click();
    await page.getByRole("heading", { level: 1, name }).waitFor();

    await page.evaluate(() => {
      localStorage.setItem("qvoice.language", "fr");
      localStorage.setItem("qvoice.scheme", "dark");
    });
    await page.setViewportSize({ width: 390, height: 844 });
    const wide = [];
    for (const tab of ["fraud", "entry", "plan"]) {
      await go(`accounts/${customer}?tab=${tab}`);
      await page.getByRole("heading", { level: 1, name }).waitFor();
      await page.getByRole("heading", { level: 2 }).first().waitFor();
      if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth || document.querySelector("main").scrollWidth > document.querySelector("main").clientWidth)) wide.push(tab);
      await check(`${tab}, phone, dark, French`);
    }
    return { wide };
  },
  { acceptDownloads: true },
);

// The provider's care for one account: its lock and guards against fraud.
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

    await page.evaluate(() => {
      localStorage.setItem("qvoice.language", "fr");
      localStorage.setItem("qvoice.scheme", "dark");
    });
    await page.setViewportSize({ width: 390, height: 844 });
    const wide = [];
    for (const tab of ["fraud"]) {
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

// The provider's business in one sitting: a service plan, a customer who has it with a special price and accepts what it costs, funds, the
// ledger, spare numbers given away with their history, and a trunk written as a form and as JSON.
import assert from "node:assert/strict";

import { given, walk } from "./walk.mjs";

const { mark, number } = given;
const [plan, customer, trunk] = [`Plan ${mark}`, `Business ${mark}`, `Carrier ${mark}`];

await walk(async ({ page, go, check }) => {
  const button = (text) => page.getByRole("button", { name: text, exact: true });

  await go("plans");
  await button("Add plan").first().click();
  const form = page.getByRole("dialog", { name: "New plan" });
  await form.getByLabel("Name", { exact: true }).fill(plan);
  await form.getByLabel("Price a month: Users").fill("30");
  await form.getByLabel("Price once: Users").fill("5");
  await check("new plan");
  await form.getByRole("button", { name: "Add plan" }).click();
  await page.getByText(`${plan} is added.`).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("row", { name: new RegExp(plan) }).waitFor();
  await check("plans");

  // The wizard again, with the plan and a special price; what it costs is asked before anything is made.
  await go("accounts/new");
  await page.getByLabel("Name").fill(customer);
  await button("Next").click();
  await page.getByLabel("E-mail").fill(`boss@${mark}.example.test`);
  await button("Next").click();
  await page.getByRole("switch", { name: "International" }).waitFor();
  await button("Next").click();
  await page.getByRole("combobox", { name: "Service plan" }).or(page.getByLabel("Service plan")).first().click();
  await page.getByRole("option", { name: plan }).click();
  await button("Special price for Users").click();
  await page.getByLabel("Special price for Users").fill("20");
  await check("wizard, plan");
  await button("Next").click();
  await page.getByLabel("Most a day").fill("50");
  await button("Create account").click();
  const asked = page.getByRole("dialog", { name: "This costs extra" });
  await asked.getByText(`${customer} will be charged:`).waitFor();
  await asked.getByRole("row", { name: /Users.*20\.00/ }).waitFor();
  await check("charges");
  await asked.getByRole("button", { name: "Do not change anything" }).click();
  await page.getByText("the charges were not accepted").waitFor();
  await button("Create account").click();
  await asked.getByRole("button", { name: "Accept the charges" }).click();
  await page.getByRole("heading", { level: 1, name: `${customer} is ready` }).waitFor();
  await page.getByRole("link", { name: "Open its page" }).click();
  await page.getByRole("heading", { level: 1, name: customer }).waitFor();
  const account = new URL(page.url()).pathname.split("/").at(-1);

  await page.getByRole("tab", { name: "Plan" }).click();
  await page.getByRole("row", { name: /Users.*20\.00/ }).waitFor();
  await button("Special price for Users").click();
  await page.getByRole("dialog", { name: "Special price for Users" }).getByLabel("Price each").fill("15");
  await button("Save").click();
  await page.getByRole("row", { name: /Users.*15\.00/ }).waitFor();
  await check("account, plan");

  await page.getByRole("tab", { name: "Money" }).click();
  await button("Add funds").click();
  const funds = page.getByRole("dialog", { name: `Add funds to ${customer}` });
  await funds.getByRole("button", { name: "Add funds" }).click();
  await funds.getByText("Write an amount above 0.").waitFor();
  await funds.getByLabel("Amount").fill("75.5");
  await funds.getByLabel("Reason").fill(`Cheque ${mark}`);
  await check("funds");
  await funds.getByRole("button", { name: "Add funds" }).click();
  await page.getByRole("row", { name: new RegExp(`Cheque ${mark}.*75\\.50`) }).waitFor();
  await check("account, money");

  // A spare number of one's own is given to the customer; its history tells.
  await go("inventory");
  await button("Add numbers").first().click();
  await page.getByLabel("Numbers", { exact: true }).fill(number);
  await button("Add 1 number").click();
  await page.getByLabel("Search numbers").fill(number.slice(1));
  const row = page.locator("tbody tr").filter({ hasText: "Available" });
  await row.getByRole("checkbox").check();
  await check("inventory");
  await button("Assign").click();
  const assign = page.getByRole("dialog", { name: "Assign 1 number" });
  await assign.getByRole("combobox", { name: "To the account" }).or(assign.getByLabel("To the account")).first().fill(customer);
  await page.getByRole("option", { name: customer }).click();
  await assign.getByRole("button", { name: "Assign" }).click();
  await page.getByText(`1 number added to ${customer}.`).waitFor();
  await row.waitFor({ state: "detached" });
  await go(`inventory?open=${encodeURIComponent(number)}`);
  await page.getByRole("heading", { name: "History" }).waitFor();
  await page.getByText("Assigned", { exact: true }).waitFor();
  await page.getByText(new RegExp(customer)).first().waitFor();
  await check("number history");

  // A file: the bad row is named before anything is added.
  await go("inventory?open=file");
  await page.locator('input[type="file"]').setInputFiles({ name: "numbers.csv", mimeType: "text/csv", buffer: Buffer.from(`number\n${given.second}\n12\n`) });
  await page.getByText("2 of 2 rows looked at, 1 refused.").waitFor();
  await page.getByText(/Row \d+: 12/).waitFor();
  await check("import");
  await button("Add 1 number").click();
  await page.getByText("1 number added.", { exact: true }).waitFor();

  // A trunk: the form says what is missing, the JSON what is wrong; both are the same trunk.
  await go("trunks");
  await button("Add trunk").first().click();
  const panel = page.getByRole("dialog", { name: "New trunk" });
  await panel.getByRole("button", { name: "Add trunk" }).click();
  await panel.getByText("Fill this in.").first().waitFor();
  await panel.getByLabel("Name", { exact: true }).fill(trunk);
  await panel.getByLabel("Server").fill("127.0.0.9");
  assert.equal(await panel.getByLabel("Realm").inputValue(), "127.0.0.9");
  await panel.getByText("14165550100 goes to 127.0.0.9").waitFor();
  await panel.getByRole("combobox", { name: "The carrier is shown" }).or(panel.getByLabel("The carrier is shown")).first().click();
  await page.getByRole("option", { name: "the number, rewritten" }).click();
  await panel.getByText("shown as 01234567").waitFor();
  await panel.getByRole("switch", { name: "In use" }).first().press("Space");
  await check("trunk, form");
  await panel.getByText("JSON", { exact: true }).click();
  const editor = panel.getByLabel("Trunk as JSON");
  const text = await editor.inputValue();
  assert.deepEqual(JSON.parse(text).formatters, { outbound_caller_id_number: { prefix: "0", regex: "^\\+?66(\\d{5,})$" } });
  await editor.fill(text.replace('"weight_cost": 50', '"weight_cost": 5000'));
  await panel.getByText("weight_cost", { exact: true }).waitFor();
  await editor.fill("{");
  await panel.getByText("This is no JSON").waitFor();
  assert.ok(await panel.getByRole("button", { name: "Add trunk" }).isDisabled());
  await editor.fill(text.replace('"weight_cost": 50', '"weight_cost": 90'));
  await panel.getByText("The system takes this.").waitFor();
  await check("trunk, JSON");
  await panel.getByRole("button", { name: "Add trunk" }).click();
  await page.getByText(`${trunk} is added.`).waitFor();

  const wide = [];
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of ["plans", "inventory", "trunks", `accounts/${account}?tab=plan`, `accounts/${account}?tab=money`]) {
    await go(path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForLoadState("networkidle").catch(() => undefined);
    if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) wide.push(path);
    await check(`${path}, phone`);
  }
  return { account, wide };
});

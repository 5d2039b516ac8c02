// Buying a number from a carrier, who issues invoices, one made at once and credited, a webhook with its attempts, and an API key that is shown once.
import assert from "node:assert/strict";

import { given, walk } from "./walk.mjs";

const { mark, carrier, customer, reason, number, shown } = given;

await walk(async ({ page, go, check }) => {
  // The customer's own provider, whose office the master opens.
  const sell = (path) => page.goto(new URL(`/a/${given.seller}/${path}`, given.portal).href);
  const toast = (text) => page.getByText(text).first().waitFor();
  const button = (text) => page.getByRole("button", { name: text, exact: true });
  const pick = async (scope, label, text) => {
    await scope.getByRole("combobox", { name: label }).or(scope.getByLabel(label)).first().fill(text);
    await page.getByRole("option", { name: text, exact: true }).click();
  };

  // The carrier, then its numbers.
  await go("buy?tab=carriers");
  await button("Add carrier").first().click();
  const fresh = page.getByRole("dialog", { name: "New carrier" });
  await fresh.getByRole("button", { name: "Add carrier" }).click();
  await fresh.getByText("Fill this in.").waitFor();
  await fresh.getByText("Write a web address that begins with https://").waitFor();
  await fresh.getByLabel("Name", { exact: true }).fill(`Seller ${mark}`);
  await fresh.getByLabel("Address of its API").fill(carrier.url);
  await fresh.getByLabel("Token", { exact: true }).fill(carrier.token);
  await check("new carrier");
  await fresh.getByRole("button", { name: "Add carrier" }).click();
  await page.getByText(`Seller ${mark} is added.`).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("tab", { name: "Search" }).click();
  await page.getByLabel("Area code").fill("5l4");
  await button("Search").click();
  await page.getByText("Digits only, at most 15.").waitFor();
  await page.getByLabel("Area code").fill("514");
  await button("Search").click();
  await page.getByRole("checkbox", { name: `Select ${shown}` }).check();
  await check("offers");
  await button("Order 1 number").click();
  const order = page.getByRole("dialog", { name: "Order 1 number" });
  await pick(order, "For the account", customer);
  await order.getByText("The carrier charges $2.00 once and $1.25 a month.").waitFor();
  await order.getByText("Set aside", { exact: true }).click();
  await check("order");
  await order.getByRole("button", { name: "Order", exact: true }).click();
  await order.getByRole("listitem").filter({ hasText: shown }).getByText("Set aside").waitFor({ timeout: 30_000 });
  await order.getByRole("button", { name: "See orders" }).click();
  await page.getByRole("row", { name: new RegExp(`${shown.replaceAll(/[+()]/g, "\\$&")}.*Done`) }).first().click();
  await page.getByText("The number is set aside for the account.").waitFor();
  await check("orders");

  // Who issues invoices and how they are numbered; what the account's next one says so far, made at once, credited, and read.
  await sell("invoices?open=issuer");
  const issuer = page.getByRole("dialog", { name: "Issuer and numbers" });
  await issuer.getByLabel("Legal name").fill(`Telecom ${mark} Inc.`);
  await issuer.getByRole("button", { name: "Add a tax number" }).click();
  await issuer.getByLabel("Name of tax 1").fill("GST");
  await issuer.getByLabel("Number of tax 1").fill("");
  await issuer.getByLabel("Pattern").first().fill("{prefix}{year}");
  await issuer.getByRole("button", { name: "Save" }).click();
  await issuer.getByText("a pattern has {number} once").waitFor();
  await issuer.getByLabel("Number of tax 1").fill("123456789 RT0001");
  await issuer.getByLabel("Prefix").first().fill(`${mark}-`);
  await issuer.getByLabel("Pattern").first().fill("{prefix}{year}-{number}");
  await issuer.getByText(new RegExp(`${mark}-20\\d\\d-\\d+`)).waitFor();
  await check("issuer of invoices");
  await issuer.getByRole("button", { name: "Save" }).click();
  await toast("The next invoice is issued like this.");
  await sell("invoices?open=next");
  const next = page.getByRole("dialog", { name: "The next invoice so far" });
  await pick(next, "Of the account", customer);
  await next.getByRole("row", { name: new RegExp(`${reason}.*12\\.34`) }).waitFor();
  await next.getByText(`Telecom ${mark} Inc.`).waitFor();
  await check("next invoice");
  await next.getByRole("button", { name: "Make this invoice now" }).click();
  await page.getByRole("dialog", { name: `Make the invoice of ${customer} now?` }).getByRole("button", { name: "Make invoice" }).click();
  await toast(`of ${customer} is made.`);
  await next.getByRole("button", { name: "Credit note" }).click();
  const credit = page.getByRole("dialog", { name: /^Credit note on invoice/ });
  await credit.getByText("An amount", { exact: true }).click();
  await credit.getByLabel("Amount", { exact: true }).fill("1");
  await credit.getByLabel("Reason").fill(`Goodwill ${mark}`);
  await check("credit note");
  await credit.getByRole("button", { name: "Write credit note" }).click();
  await next.getByText(`Goodwill ${mark}`).waitFor();
  await sell("invoices");
  await page.getByRole("heading", { level: 1, name: "Invoices" }).waitFor();
  await page.getByRole("row", { name: new RegExp(`${mark}-20\\d\\d-\\d+.*${customer}`) }).click();
  await page.getByRole("dialog", { name: new RegExp(`Invoice ${mark}-`) }).getByText("GST 123456789 RT0001").waitFor();
  await check("invoices");

  // A webhook to where nobody may be called: the attempt says so.
  await go("webhooks");
  await button("Add webhook").first().click();
  const hook = page.getByRole("dialog", { name: "New webhook" });
  await hook.getByRole("button", { name: "Add webhook" }).click();
  await hook.getByText("Choose what your server is told about.").first().waitFor();
  await hook.getByLabel("Name", { exact: true }).fill(`Hook ${mark}`);
  await hook.getByRole("combobox", { name: "Event" }).or(hook.getByLabel("Event")).first().click();
  await page.getByRole("option", { name: /^object/ }).click();
  await hook.getByLabel("Address", { exact: true }).fill("http://10.0.0.1/hook");
  await hook.getByText("What is sent").click();
  await check("new webhook");
  await hook.getByRole("button", { name: "Add webhook" }).click();
  const panel = page.getByRole("dialog", { name: `Hook ${mark}` });
  await panel.getByRole("button", { name: "Send a test" }).click();
  await panel.getByText("Not delivered").first().click();
  await panel.getByText(/is not a public address/).waitFor();
  await check("attempts");
  await panel.getByRole("tab", { name: "Settings" }).click();
  await panel.getByRole("switch", { name: "In use" }).press("Space");
  await panel.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved. What happens from now on is told this way.").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("row", { name: new RegExp(`Hook ${mark}.*Off`) }).waitFor();
  await check("webhooks");

  // A key: shown once.
  await go("api-keys");
  await button("Add key").first().click();
  const form = page.getByRole("dialog", { name: "New API key" });
  await form.getByText("Chosen", { exact: true }).click();
  await form.getByRole("button", { name: "Make the key" }).click();
  await form.getByText("Fill this in.").waitFor();
  await form.getByText("Choose what the key may do.").waitFor();
  await form.getByLabel("Name", { exact: true }).fill(`Key ${mark}`);
  await form.getByRole("radiogroup", { name: "Webhooks" }).getByText("Read").click();
  await form.getByLabel("Only from these addresses").fill("nowhere");
  await page.keyboard.press("Enter");
  await form.getByRole("button", { name: "Make the key" }).click();
  await form.getByText(/Something in the form is not right/).waitFor();
  await form.getByLabel("Only from these addresses").press("Backspace");
  await form.getByLabel("Only from these addresses").fill("127.0.0.0/8");
  await page.keyboard.press("Enter");
  await check("new key");
  await form.getByRole("button", { name: "Make the key" }).click();
  const once = page.getByRole("dialog", { name: `The key “Key ${mark}”` });
  const key = await once.locator("code").first().innerText();
  await check("the key");
  await once.getByRole("button", { name: "I have copied it" }).click();
  await page.getByRole("row", { name: new RegExp(`Key ${mark}.*${key.slice(-4)}`) }).waitFor();
  await check("api keys");
  assert.ok(!(await page.content()).includes(key));

  const wide = [];
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of ["buy", "buy?kind=local&country=CA&prefix=514", "buy?tab=orders", "buy?tab=carriers", "invoices", "invoices?open=issuer", "invoices?open=next", "webhooks", "api-keys", "api-keys?open=new", "webhooks?open=new"]) {
    await go(path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForLoadState("networkidle").catch(() => undefined);
    if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) wide.push(path);
    await check(`${path}, phone`);
  }
  return { wide, key, number };
});

// A reseller's brand: written, with a logo, seen by whoever opens the portal by that name and by its customers once signed in; by nobody else.
import assert from "node:assert/strict";

import { FLAGS, violations } from "./browser.mjs";
import { given, walk } from "./walk.mjs";

const { domain, logo, crooked, customer } = given;
const home = new URL("/sign-in", given.portal);
home.hostname = domain;

await walk(
  async ({ page, go, check }) => {
    const button = (text) => page.getByRole("button", { name: text, exact: true });
    await go("branding");
    await page.getByLabel("Name of the portal").fill("nothing");
    await page.getByLabel("Company").fill("Northern Lights");
    await page.getByLabel("Colour").fill("green");
    await button("Save").click();
    await page.getByText("Write a whole domain name").waitFor();
    await page.getByText("Write # and six digits").waitFor();
    await page.getByLabel("Name of the portal").fill(domain);
    await page.getByLabel("Colour").fill("#ffcc00");
    await page.getByText("White words would be hard to read on #ffcc00.").waitFor();
    await check("branding, new");
    await button("Save").click();
    await page.getByText("Whoever opens the portal by this name").first().waitFor();
    await page.locator('input[type="file"]').first().setInputFiles(crooked);
    await page.getByText("This is no PNG").waitFor();
    await page.locator('input[type="file"]').first().setInputFiles(logo);
    await page.getByText("The logo is there at the next visit.").first().waitFor();
    await page.getByRole("img", { name: "Logo" }).waitFor();
    await check("branding");

    const accentOf = (one) => one.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--qv-accent-6").trim());
    // Whoever opens the portal by the name, without being signed in.
    const visitor = await page.context().newPage();
    await visitor.goto(home.href);
    await visitor.getByRole("img", { name: "Northern Lights" }).waitFor();
    assert.equal(await visitor.title(), "Northern Lights");
    assert.notEqual(await accentOf(visitor), "#2f5bea");
    for (const line of await violations(visitor)) assert.fail(`sign-in by the brand's name: ${line}`);
    // A customer of the reseller, by whatever name: the frame is the reseller's.
    await visitor.goto(new URL("/sign-in", given.portal).href);
    assert.equal(await visitor.title(), "QVOICE");
    await visitor.getByLabel("User name").fill(customer.username);
    await visitor.getByLabel("Password", { exact: true }).fill(customer.password);
    await visitor.getByLabel("Account name").fill(customer.account);
    await visitor.getByRole("button", { name: "Sign in", exact: true }).click();
    await visitor.getByRole("banner").getByRole("img", { name: "Northern Lights" }).waitFor();
    assert.equal(await visitor.title(), "Northern Lights");
    assert.match(await visitor.locator('link[rel="icon"]').getAttribute("href"), /^data:image\/svg/);
    for (const line of await violations(visitor)) assert.fail(`a customer's dashboard: ${line}`);
    await visitor.close();
    // Somebody who is not of the reseller does not have its look, not even by its name.
    await page.goto(new URL(`/a/${given.acting}/branding`, home).href);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForFunction(() => document.title === "QVOICE");
    assert.equal(await accentOf(page), "#2f5bea");

    await page.evaluate(() => {
      localStorage.setItem("qvoice.language", "fr");
      localStorage.setItem("qvoice.scheme", "dark");
    });
    await page.setViewportSize({ width: 390, height: 844 });
    await go("branding");
    await page.getByRole("heading", { level: 1 }).waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth || document.querySelector("main").scrollWidth > document.querySelector("main").clientWidth);
    await check("branding, phone");
    return { wide };
  },
  // The name leads here; as over TLS, which a real one would have.
  { args: [...FLAGS, "--host-resolver-rules=MAP *.example.test 127.0.0.1", `--unsafely-treat-insecure-origin-as-secure=${home.origin}`] },
);

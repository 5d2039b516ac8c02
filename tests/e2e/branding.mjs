// A reseller's brand: written, with a logo, and seen by whoever opens the portal by that name.
import assert from "node:assert/strict";

import { FLAGS } from "./browser.mjs";
import { given, walk } from "./walk.mjs";

const { domain, logo, crooked } = given;
const home = new URL("/forgot", given.portal);
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
    await check("branding, new");
    await button("Save").click();
    await page.getByText("Whoever opens the portal by this name").first().waitFor();
    await page.locator('input[type="file"]').first().setInputFiles(crooked);
    await page.getByText("This is no PNG").waitFor();
    await page.locator('input[type="file"]').first().setInputFiles(logo);
    await page.getByText("The logo is there at the next visit.").first().waitFor();
    await page.getByRole("img", { name: "Logo" }).waitFor();
    await check("branding");

    await page.goto(home.href);
    await page.getByRole("img", { name: "Northern Lights" }).waitFor();
    assert.equal(await page.title(), "Northern Lights");
    const accent = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--qv-accent-6").trim());
    assert.notEqual(accent, "#2f5bea");
    await check("a page by the brand's name");

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

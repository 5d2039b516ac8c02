// The page behind an invitation: on a computer for an administrator, on a phone for a user. Looking uses nothing up, the button does.
import assert from "node:assert/strict";

import { open, violations } from "./browser.mjs";

const { portal, admin, user, password } = JSON.parse(process.argv[2]);
const inaccessible = [];
const complaints = [];

async function sitting(options, steps) {
  const { page, complaints: own, close } = await open({ locale: "en-CA", colorScheme: "light", reducedMotion: "reduce", ...options });
  const check = async (place) => {
    for (const line of await violations(page)) inaccessible.push(`${place}: ${line}`);
  };
  try {
    await steps(page, check);
  } catch (error) {
    const picture = process.env.QVOICE_E2E_PICTURE;
    if (picture) await page.screenshot({ path: picture });
    process.stderr.write(`at ${page.url()}\n${error.stack}\n${own.join("\n")}\n`);
    process.exitCode = 1;
  } finally {
    complaints.push(...own);
    await close();
  }
}

await sitting({ viewport: { width: 1280, height: 800 } }, async (page, check) => {
  const button = (name) => page.getByRole("button", { name, exact: true });
  for (let look = 0; look < 2; look += 1) {
    await page.goto(new URL(`/welcome/${admin}`, portal).href);
    await page.getByRole("heading", { name: "Welcome, Wanda" }).waitFor();
  }
  await check("greeting");
  await button("Set it up").click();
  await page.getByRole("heading", { name: "You are in, Wanda" }).waitFor();
  await button("Show the code").click();
  await page.getByRole("img", { name: "QR code for the phone app" }).waitFor();
  assert.ok(await page.getByRole("img", { name: "QR code for the phone app" }).evaluate((image) => image.naturalWidth > 0), "the code is drawn");
  await page.getByLabel("New password", { exact: true }).fill(password);
  await button("Save the password").click();
  await page.getByText("Your password is changed.").first().waitFor();
  await check("begin");
  await page.getByRole("link", { name: "Open the portal" }).click();
  await page.waitForURL("**/dashboard");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.goto(new URL(`/welcome/${admin}`, portal).href);
  await page.getByRole("heading", { name: "This link has been used" }).waitFor();
  await check("used");
});

let link = null;
await sitting({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }, async (page, check) => {
  await page.goto(new URL(`/welcome/${user}`, portal).href);
  await page.getByRole("button", { name: "Set it up" }).click();
  await page.getByRole("heading", { name: "Phone app on this phone" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Open the portal" }).count(), 0, "a user has no portal");
  await page.getByRole("button", { name: "Set up the app" }).click();
  link = await page.getByRole("link", { name: "Open the app again" }).getAttribute("href");
  assert.equal(await page.getByRole("img", { name: "QR code for the phone app" }).count(), 0, "a phone cannot scan itself");
  await check("begin, phone");
});
process.stdout.write(`${JSON.stringify({ link, inaccessible, complaints })}\n`);

// Signing in and what guards it: a forgotten password (on a phone), a password changed by oneself, passkeys with a virtual authenticator,
// an authenticator app, recovery codes, sessions. `part` says which half: "ask" asks for the mail, "rest" begins with the mail's link,
// "must" is a first sign-in where the organisation wants a second step and a password of one's own.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";

import { open, violations } from "./browser.mjs";

const { part, portal, account, username, token, password } = JSON.parse(process.argv[2]);
const inaccessible = [];
const complaints = [];
// No passkey is bound to an IP address; on one's own machine the portal has them at "localhost".
const home = new URL(portal);
if (home.hostname.startsWith("127.")) home.hostname = "localhost";
const at = (path) => new URL(path, home).href;

async function sitting(options, steps) {
  const { page, complaints: own, close } = await open({ locale: "en-CA", colorScheme: "light", reducedMotion: "reduce", acceptDownloads: true, ...options });
  const check = async (place) => {
    const unfit = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    if (unfit) inaccessible.push(`${place}: wider than the screen`);
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

/** The code of a base 32 secret for the half minute `ahead` of now (RFC 6238). */
function code(secret, ahead = 0) {
  const bits = [...secret.replaceAll(" ", "")].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const mac = createHmac("sha1", key).update(step).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

if (part === "must")
  await sitting(phone, async (page, check) => {
    await page.goto(at("/sign-in"));
    await page.getByLabel("User name").fill(username);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByLabel("Account name").fill(account);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("heading", { name: "A second step is wanted here" }).waitFor();
    await check("a second step is wanted");
    await page.goto(at("/"));
    await page.getByRole("heading", { name: "A second step is wanted here" }).waitFor();
    await page.getByRole("button", { name: "Add an authenticator app" }).click();
    await page.getByRole("link", { name: "Open in the app on this device" }).waitFor();
    const secret = await page.locator("code").textContent();
    await page.getByLabel("Code from the app").fill(code(secret));
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.getByRole("heading", { name: "Your recovery codes" }).waitFor();
    await check("recovery codes, phone");
    await page.getByRole("button", { name: "I have kept them" }).click();
    await page.getByRole("heading", { name: "Choose a new password" }).waitFor();
    await page.getByLabel("Present password").fill(password);
    await page.getByLabel("New password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Change the password" }).click();
    await page.getByText("This is your present password.").waitFor();
    await page.getByLabel("New password", { exact: true }).fill(`${password}-own`);
    await check("a password of one's own");
    await page.getByRole("button", { name: "Change the password" }).click();
    await page.waitForURL("**/a/**");
    await page.getByRole("heading", { level: 1 }).waitFor();
  });
else if (part === "ask")
  await sitting(phone, async (page, check) => {
    await page.goto(at("/sign-in"));
    await page.getByLabel("User name").fill(username);
    await page.getByRole("link", { name: "Forgot your password?" }).click();
    await page.getByRole("heading", { name: "Forgot your password?" }).waitFor();
    assert.equal(await page.getByLabel("User name or e-mail").inputValue(), username, "what was typed is kept");
    await page.getByRole("button", { name: "Send the link" }).click();
    await page.getByText("Fill this in.").waitFor();
    await check("forgot");
    await page.getByLabel("Account name").fill(account);
    await page.getByRole("button", { name: "Send the link" }).click();
    await page.getByRole("heading", { name: "Look into your mail" }).waitFor();
    await check("asked");
  });
else {
  await sitting(phone, async (page, check) => {
    await page.goto(at(`/welcome/${token}`));
    await page.getByRole("button", { name: "Choose a password" }).click();
    await page.getByLabel("New password", { exact: true }).fill("abc");
    await page.getByRole("button", { name: "Save the password" }).click();
    await page.locator("[role=alert], .mantine-InputWrapper-error").filter({ hasText: /6/ }).first().waitFor();
    await page.getByLabel("New password", { exact: true }).fill(`${password}-first`);
    await page.getByRole("button", { name: "Save the password" }).click();
    await page.getByText("Your password is changed.").first().waitFor();
    await page.evaluate(() => sessionStorage.clear());
    await page.goto(at(`/welcome/${token}`));
    await page.getByRole("heading", { name: "This link has been used" }).waitFor();
    await check("used link");
    await page.getByRole("link", { name: "Choose a new password" }).click();
    await page.getByRole("heading", { name: "Forgot your password?" }).waitFor();
  });

  await sitting({ viewport: { width: 1280, height: 900 } }, async (page, check) => {
    const button = (name) => page.getByRole("button", { name, exact: true });
    const dialog = page.getByRole("dialog");
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("WebAuthn.enable");
    await cdp.send("WebAuthn.addVirtualAuthenticator", {
      options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    });
    const enter = async (secret) => {
      await page.goto(at("/sign-in"));
      await page.getByLabel("User name").fill(username);
      await page.getByLabel("Password", { exact: true }).fill(secret);
      await page.getByLabel("Account name").fill(account);
      await button("Sign in").click();
    };
    const leave = async () => {
      await page.getByRole("button", { name: /^You: / }).click();
      await page.getByRole("menuitem", { name: "Sign out" }).click();
      await page.waitForURL("**/sign-in**");
    };
    const security = async () => {
      await page.getByRole("button", { name: /^You: / }).click();
      await page.getByRole("menuitem", { name: "My security" }).click();
      await page.getByRole("heading", { level: 1, name: "My security" }).waitFor();
    };

    // A password of one's own: errors at the fields, then changed.
    await enter(`${password}-first`);
    await page.waitForURL("**/a/**");
    await security();
    await page.getByLabel("Present password").fill("not it at all");
    await page.getByLabel("New password", { exact: true }).fill(password);
    await button("Change the password").click();
    await page.getByText("This is not your present password.").waitFor();
    await page.getByLabel("Present password").fill(`${password}-first`);
    await page.getByText("This is not your present password.").waitFor({ state: "hidden" });
    await button("Change the password").click();
    await page.getByText("Your password is changed.").first().waitFor();

    // A passkey: added, with recovery codes shown once; asked for at the next sign-in.
    await button("Add a passkey").click();
    await dialog.getByLabel("Name").fill("Work laptop");
    await check("add a passkey");
    await dialog.getByRole("button", { name: "Go on" }).click();
    await dialog.getByRole("heading", { name: "Your recovery codes" }).waitFor();
    const codes = await dialog.locator("li code").allTextContents();
    assert.equal(codes.length, 10);
    await check("recovery codes");
    await dialog.getByRole("button", { name: "I have kept them" }).click();
    await page.getByText("Work laptop").first().waitFor();
    await page.getByText("10 recovery codes left").waitFor();
    await check("my security");
    await leave();
    await enter(password);
    await page.getByRole("heading", { name: "Second step" }).waitFor();
    await check("second step");
    await page.getByLabel("Code").fill("000000");
    await button("Continue").click();
    await page.getByText("This code is wrong or has been used.").waitFor();
    await button("Use your passkey").click();
    await page.waitForURL("**/a/**");

    // An authenticator app; its code and a recovery code sign in, the latter once.
    await security();
    await button("Add an authenticator app").click();
    const secret = await dialog.locator("code").textContent();
    await page.getByRole("img", { name: "QR code for the authenticator app" }).waitFor();
    await check("add an app");
    await dialog.getByLabel("Code from the app").fill("000 000");
    await button("Confirm").click();
    await dialog.getByText("This code is wrong.").waitFor();
    await dialog.getByLabel("Code from the app").fill(code(secret));
    await button("Confirm").click();
    await page.getByText("The authenticator app is added.").first().waitFor();
    await leave();
    await enter(password);
    // The half minute of the proof is used up: the next one's code is taken too, a clock may be ahead.
    await page.getByLabel("Code").fill(code(secret, 1));
    await button("Continue").click();
    await page.waitForURL("**/a/**");
    await leave();
    await enter(password);
    await page.getByLabel("Code").fill(codes[0]);
    await button("Continue").click();
    await page.waitForURL("**/a/**");
    await security();
    await page.getByText("9 recovery codes left").waitFor();

    // Sessions: all others end; factors are removed, the last with a warning.
    await button("End all others").click();
    await page.getByText("You are signed out everywhere else.").first().waitFor();
    await page.getByText("This one").waitFor();
    await button("End all others").waitFor({ state: "hidden" });
    await button("Remove Authenticator app").click();
    await dialog.getByRole("button", { name: "Remove" }).click();
    await button("Remove Authenticator app").waitFor({ state: "hidden" });
    await button("Remove Work laptop").click();
    await dialog.getByText("It is your last one").waitFor();
    await check("remove the last");
    await dialog.getByRole("button", { name: "Remove" }).click();
    await button("Remove Work laptop").waitFor({ state: "hidden" });

    // On a phone, in French, dark.
    await page.evaluate(() => {
      localStorage.setItem("qvoice.language", "fr");
      localStorage.setItem("qvoice.scheme", "dark");
    });
    await page.setViewportSize(phone.viewport);
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Ma sécurité" }).waitFor();
    await check("my security, phone, dark, French");
  });
}
process.stdout.write(`${JSON.stringify({ inaccessible, complaints })}\n`);

// Opens Debian's Chromium with an empty profile and nothing that talks to the outside; collects what a user would call broken.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const require = createRequire(new URL("../../portal/package.json", import.meta.url));
const { chromium } = require("playwright-core");

export const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Open a browser; `options` are Playwright's context options. Returns the page, its complaints, and how to close it all. */
export async function open(options = {}) {
  const profile = await mkdtemp(join(tmpdir(), "qvoice-e2e-"));
  const executablePath = process.env.QVOICE_CHROMIUM;
  if (!executablePath) throw new Error("QVOICE_CHROMIUM names no browser");
  const context = await chromium.launchPersistentContext(profile, { executablePath, args: FLAGS, ...options });
  context.setDefaultTimeout(20_000);
  const page = context.pages()[0] ?? (await context.newPage());
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`page error: ${error.message}`));
  page.on("console", (message) => {
    // A refused sign-in or form is answered with a 4xx, which Chromium reports by itself; the test looks at the page's own words.
    const refused = /status of 4\d\d/.test(message.text());
    if (message.type() === "error" && !refused) complaints.push(`console: ${message.text()}`);
  });
  const close = async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  };
  return { page, complaints, close };
}

/** Run axe over the page (all its rules, or those named) and return its violations as short lines. */
export async function violations(page, rules) {
  await page.waitForTimeout(0);
  await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined))).then(() => undefined).catch(() => undefined));
  // Once a document: half a megabyte to parse is most of what a check costs.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(await readFile(require.resolve("axe-core/axe.min.js"), "utf8"));
  const found = await page.evaluate(async (rules) => (await globalThis.axe.run(rules ? { runOnly: rules } : {})).violations, rules);
  return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.failureSummary}`));
}

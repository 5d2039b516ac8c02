// A rate deck: made, filled from a sheet whose bad line is named, and looked up by prefix; and an account that does without Callflows.
import { given, walk } from "./walk.mjs";

const name = `Deck ${given.mark}`;

await walk(async ({ page, go, check }) => {
  const button = (text) => page.getByRole("button", { name: text, exact: true });
  await go("rates");
  await button("Add rate deck").first().click();
  const form = page.getByRole("dialog", { name: "New rate deck" });
  await form.getByLabel("Name", { exact: true }).fill(name);
  await check("new rate deck");
  await form.getByRole("button", { name: "Add rate deck" }).click();
  const panel = page.getByRole("dialog", { name });
  await panel.getByRole("heading", { name: "Sheet" }).waitFor();
  const sheet = "prefix,rate_cost,description\n1416,0.011,Toronto\n1514,0.012,Montreal\nx,1,Nowhere\n";
  await panel.locator('input[type="file"]').setInputFiles({ name: "rates.csv", mimeType: "text/csv", buffer: Buffer.from(sheet) });
  await panel.getByText("2 prices read, 1 lines refused.").waitFor();
  await panel.getByText("Line 4:").first().waitFor();
  await panel.getByRole("row", { name: /1514.*Montreal/ }).waitFor();
  await panel.getByRole("textbox", { name: "Prefix" }).fill("1416");
  await panel.getByRole("row", { name: /1514/ }).waitFor({ state: "detached" });
  await panel.getByRole("row", { name: /1416.*Toronto.*0\.011/ }).waitFor();
  await check("rate deck");
  await page.setViewportSize({ width: 390, height: 844 });
  await check("rate deck, phone");
  return { wide: await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth) };
});

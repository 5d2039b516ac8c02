// A trunk's gateway is tested by a real call whose steps are told; the call is in the trunk's figures and in the account's report, which is
// read as a chart by keyboard, as a table, and as CSV.
import { given, walk } from "./walk.mjs";

await walk(async ({ page, go, check }) => {
  const button = (text) => page.getByRole("button", { name: text, exact: true });
  await go(`trunks?open=${given.trunk}`);
  const panel = page.getByRole("dialog", { name: given.name });
  await panel.getByText("How it does", { exact: true }).click();
  await panel.getByText("Answers", { exact: true }).waitFor();
  await panel.getByLabel("Number to call").fill("4165550100");
  await panel.getByRole("button", { name: "Call", exact: true }).click();
  await panel.getByText("Write the number with + and country code", { exact: false }).waitFor();
  await panel.getByLabel("Number to call").fill("+1 416 555 0100");
  await panel.getByRole("button", { name: "Call", exact: true }).click();
  await panel.getByText("It works: the call was answered and sound came back.").waitFor({ timeout: 60_000 });
  const steps = await panel.getByRole("listitem").filter({ hasText: /It rings|Answered|Sound came back/ }).count();
  await panel.getByRole("row", { name: /200 answered/ }).waitFor({ timeout: 30_000 });
  await check("trunk, how it does");

  await go("reports");
  await page.getByRole("heading", { name: "Calls over time" }).waitFor({ timeout: 30_000 });
  const chart = page.getByRole("group", { name: "Calls over time" });
  await chart.focus();
  await page.keyboard.press("ArrowLeft");
  await chart.getByText("Answered", { exact: true }).waitFor();
  await button("Show as table").click();
  await page.getByRole("columnheader", { name: "Margin" }).first().waitFor();
  await check("report as a table");
  await page.getByRole("row", { name: /^Canada/ }).waitFor();
  await button("Export").click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "Destinations (CSV)" }).click()]);
  await page.setViewportSize({ width: 390, height: 844 });
  await check("report, phone");
  return { steps, file: file.suggestedFilename(), wide: await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth) };
});

// A newcomer's first sitting: an empty company with one spare number. Ends when calls to the main number are answered by the own menu:
// number bound, hours painted, greeting uploaded, key 1 leading to a user who has just been added with a device.
import assert from "node:assert/strict";

import { given, walk } from "./walk.mjs";

const { number, greeting } = given;

await walk(async ({ page, go, check }) => {
  const button = (name) => page.getByRole("button", { name, exact: true });
  await go("dashboard");
  await page.getByText("Nobody answers your company’s number").waitFor();
  await check("empty dashboard");

  // A first user with a device, from the dashboard's own list of what is missing.
  await page.getByRole("link", { name: "Users" }).first().click();
  await button("Add user").first().click();
  const user = page.getByRole("dialog", { name: "New user" });
  await user.getByLabel("First name").fill("Nora");
  await user.getByLabel("Last name").fill("Newcomer");
  await user.getByLabel("E-mail").fill("nora@newcomer.example.test");
  await user.getByLabel("Extension").fill("2001");
  await user.getByRole("button", { name: "Add user" }).click();
  const secrets = page.getByRole("dialog", { name: "Write these down now" });
  await secrets.waitFor();
  const shown = Object.fromEntries(await secrets.locator("dl > div").evaluateAll((rows) => rows.map((row) => [row.querySelector("dt")?.textContent, row.querySelector("code")?.textContent])));
  await secrets.getByRole("button", { name: "Done" }).click();
  await page.keyboard.press("Escape");

  // The main number: one button makes it, a spare number is bound.
  await go("dashboard");
  await page.getByRole("link", { name: "Set it up" }).click();
  await button("Set up the main number").click();
  const numbers = page.getByRole("dialog", { name: "Numbers" });
  await numbers.getByRole("button", { name: "Add from spare numbers" }).click();
  await page.getByRole("menuitem").first().click();
  await numbers.getByRole("button", { name: "Save" }).click();
  await page.getByText("The next call to these numbers is answered here.").waitFor();
  await check("main number, numbers");
  await page.keyboard.press("Escape");

  // Open the whole week, painted by keyboard and typed; lunch stays off.
  await page.getByText("By the week").click();
  await button("Mon–Fri, 8 to 8").click();
  const cell = page.locator('[data-day="5"][data-cell="20"]');
  await page.locator('[role="gridcell"][tabindex="0"]').focus();
  for (let step = 0; step < 5; step += 1) await page.keyboard.press("ArrowDown");
  for (let step = 0; step < 2; step += 1) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Space");
  await page.keyboard.press("Shift+ArrowRight");
  assert.equal(await cell.getAttribute("aria-selected"), "true");
  for (const day of ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]) {
    await page.getByLabel(`Hours on ${day}`).fill("0:00-24:00");
    await page.keyboard.press("Enter");
  }
  await page.getByLabel("Hours on Sunday").fill("nonsense");
  await page.getByText("Such as 9:00–17:30").waitFor();
  await page.getByLabel("Hours on Sunday").fill("0:00-24:00");
  await page.keyboard.press("Enter");
  await button("Save").click();
  await page.getByText("The next call follows these hours").waitFor();
  await check("main number, hours");

  // The greeting is uploaded; what is no audio is refused at the spot; key 1 leads to Nora.
  await page.getByRole("button", { name: /^When open/ }).click();
  const lane = page.getByRole("dialog", { name: "When open" });
  await lane.getByText("Drop a file here").waitFor();
  await lane.locator('input[type="file"]').setInputFiles({ name: "letter.mp3", mimeType: "audio/mpeg", buffer: Buffer.from("Dear Sir or Madam") });
  await lane.getByRole("alert").waitFor();
  await lane.locator('input[type="file"]').setInputFiles(greeting);
  await page.getByText("greeting is uploaded.").waitFor();
  await lane.getByRole("button", { name: "Play greeting" }).waitFor();
  await lane.getByRole("combobox", { name: "Add a key" }).or(lane.getByLabel("Add a key")).first().click();
  await page.getByRole("option", { name: "When they press 1", exact: true }).click();
  await lane.getByLabel("When they press 1").first().click();
  await page.getByRole("option", { name: /Nora Newcomer/ }).first().click();
  await check("main number, receptionist");
  await lane.getByRole("button", { name: "Save" }).click();
  await page.getByText("The next caller hears it").waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("Nora Newcomer · 2001").first().waitFor();
  await go("dashboard");
  await page.getByText("Open now").waitFor();
  await check("dashboard");
  return { number, shown };
});

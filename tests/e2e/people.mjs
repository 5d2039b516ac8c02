// Users, groups, devices, voicemail: features switched on in place, find-me drawn, a group made, a cell phone added, a message heard.
import assert from "node:assert/strict";

import { given, walk } from "./walk.mjs";

const { user, box, mark, spare } = given;

await walk(async ({ page, go, check }) => {
  const toast = (text) => page.getByText(text).first().waitFor();
  const panel = page.getByRole("dialog").first();
  const save = () => panel.getByRole("button", { name: "Save" }).click();

  // Features: a switch acts at once and can be taken back; one that needs a number opens its form.
  await go(`users?user=${user}`);
  await panel.getByRole("switch", { name: "Do not disturb" }).waitFor();
  await check("features");
  await panel.getByText("Do not disturb").locator("..").locator("..").locator("label, [class*=Switch]").first().click();
  await toast("Do not disturb is on");
  await page.getByRole("button", { name: "Undo" }).first().click();
  await toast("Do not disturb is off");
  await panel.getByRole("button", { name: /^Forward calls/ }).click();
  await panel.getByText("On", { exact: true }).click();
  await panel.getByLabel("Forward to").fill("nowhere");
  await save();
  await panel.getByText("Give a phone number or an extension.").waitFor();
  await panel.getByLabel("Forward to").fill("+14165550777");
  await check("forwarding");
  await save();
  await toast("The next call follows it");

  // Find me: the bar is moved by keyboard and by dragging, never past the end of the scale.
  await panel.getByRole("button", { name: "All features" }).click();
  await panel.getByRole("button", { name: /^Find me/ }).click();
  await panel.getByText("Ring devices by a timeline").click();
  await panel.getByRole("slider").first().waitFor();
  const bar = panel.getByRole("slider", { name: /^When/ }).first();
  const [start, stop] = [panel.getByRole("slider", { name: /^First second/ }).first(), panel.getByRole("slider", { name: /^Last second/ }).first()];
  await stop.focus();
  await page.keyboard.press("Shift+ArrowRight");
  assert.equal(await stop.getAttribute("aria-valuenow"), "25");
  await bar.focus();
  for (let step = 0; step < 3; step += 1) await page.keyboard.press("ArrowRight");
  assert.equal(await start.getAttribute("aria-valuenow"), "3");
  const grip = await bar.boundingBox();
  await page.mouse.move(grip.x + grip.width / 2, grip.y + grip.height / 2);
  await page.mouse.down();
  await page.mouse.move(grip.x + grip.width / 2 - 400, grip.y + grip.height / 2, { steps: 4 });
  await page.mouse.up();
  assert.equal(await start.getAttribute("aria-valuenow"), "0");
  await bar.focus();
  await page.keyboard.press("Shift+ArrowRight");
  await check("find me");
  await save();
  await toast("The next call follows it");

  // A second extension and a direct number; leaving with something unsaved asks first.
  await panel.getByRole("tab", { name: "Numbers" }).click();
  await panel.getByRole("button", { name: "Add an extension" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog", { name: "Leave without saving?" }).getByRole("button", { name: "Keep editing" }).click();
  await panel.getByRole("button", { name: "Add from spare numbers" }).click();
  await page.getByRole("menuitem", { name: spare }).click();
  await check("numbers");
  await save();
  await toast("It rings from the next call on");
  // A phone app is set up by a code that only it can use.
  await panel.getByRole("tab", { name: "Devices" }).click();
  await panel.getByRole("button", { name: "Phone app", exact: true }).click();
  const app = page.getByRole("dialog", { name: "Phone app of Alice Adams" });
  await app.getByRole("img", { name: /^QR code/ }).waitFor();
  await check("phone app");
  await app.getByRole("button", { name: "Done" }).click();
  await panel.getByRole("link", { name: /phone app/ }).waitFor();
  await panel.getByRole("tab", { name: "Account" }).click();
  await panel.getByRole("button", { name: "Make a new password" }).waitFor();
  await check("account");

  // A group: members by click, in another order by button, in turn, then voicemail.
  await go("groups?open=new");
  const group = page.getByRole("dialog", { name: "New group" });
  await group.getByLabel("Name", { exact: true }).fill(`Crew ${mark}`);
  await group.getByRole("button", { name: "Add group" }).click();
  await group.getByText("Add at least one member.").waitFor();
  await group.getByRole("button", { name: /^Use \d+/ }).click();
  await group.getByRole("button", { name: /Alice Adams/ }).click();
  await group.getByRole("button", { name: /Bob Brown/ }).click();
  await group.getByRole("button", { name: "Move Bob Brown up" }).click();
  await group.getByText("In order", { exact: true }).click();
  await group.getByRole("combobox", { name: "When nobody answers" }).click();
  await page.getByRole("option", { name: /Alice Adams's VMBox/ }).click();
  await check("group");
  await group.getByRole("button", { name: "Add group" }).click();
  await toast("can be called at");
  await page.getByRole("dialog", { name: `Crew ${mark}` }).waitFor();

  // A cell phone has a number and no credentials; a softphone's are shown once.
  await go("devices?open=new");
  const device = page.getByRole("dialog", { name: "New device" });
  await device.getByLabel("Name", { exact: true }).fill(`Cell ${mark}`);
  await device.getByRole("combobox", { name: "Kind" }).click();
  await page.getByRole("option", { name: "Cell phone" }).click();
  assert.equal(await device.getByText("Codecs").count(), 0);
  await device.getByLabel("Phone number").fill("+14165550778");
  await check("device");
  await device.getByRole("button", { name: "Add device" }).click();
  await toast(`Cell ${mark} rings from the next call on.`);
  await go("devices");
  await page.getByRole("button", { name: `Cell ${mark}` }).waitFor();
  await check("devices");
  // Several at once: out of use, and taken back.
  for (const name of [`Cell ${mark}`, "Bob's phone"]) await page.getByRole("checkbox", { name: `Select ${name}`, exact: true }).check();
  await page.getByRole("button", { name: "Take out of use" }).click();
  await toast("2 devices are out of use");
  await page.getByRole("button", { name: "Undo" }).last().click();
  await page.getByRole("checkbox", { name: `Select Cell ${mark}`, exact: true }).waitFor();
  await page.waitForFunction(() => ![...document.querySelectorAll("tbody tr")].some((row) => row.textContent.includes("Switched off")));

  // The message that was left: heard, deleted, taken back.
  await go(`voicemail?open=${box}`);
  await panel.getByRole("button", { name: /^Play message from/ }).click();
  await panel.getByRole("slider", { name: /^Position in/ }).waitFor();
  await page.waitForFunction(() => document.querySelector('[role="slider"][aria-disabled="false"]') !== null);
  await check("messages");
  await panel.getByRole("button", { name: "Delete", exact: true }).first().click();
  await toast("Message deleted.");
  await page.getByRole("button", { name: "Undo" }).last().click();
  await panel.getByRole("button", { name: /^Play message from/ }).waitFor();
  await panel.getByRole("tab", { name: "Settings" }).click();
  await panel.getByLabel("Also mail to").fill("wrong");
  await page.keyboard.press("Enter");
  await save();
  await panel.getByText("Give e-mail addresses such as").waitFor();
  await check("box settings");
  await panel.getByRole("button", { name: "Undo" }).click();
  await panel.getByRole("tab", { name: "Greeting" }).click();
  await panel.getByText("What callers hear before the tone.").waitFor();
  await check("greeting");
  return {};
});

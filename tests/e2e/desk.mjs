// The porting desk in one sitting: a draft with its pre-check, papers, comments, moved by keyboard and by mouse, the calendar, a file with verdicts.
import assert from "node:assert/strict";

import { given, walk } from "./walk.mjs";

const { mark, number, second, customer, owner, day, later } = given;
const order = `Port ${mark}`;

await walk(async ({ page, go, check }) => {
  const button = (text) => page.getByRole("button", { name: text, exact: true });
  const column = (name) => page.getByRole("region", { name, exact: true });
  const ticket = (where) => column(where).getByRole("button", { name: new RegExp(`^${order}`) });
  const pick = async (scope, label, text) => {
    await scope.getByRole("combobox", { name: label }).or(scope.getByLabel(label)).first().fill(text);
    await page.getByRole("option", { name: text, exact: true }).click();
  };

  await go("porting");
  await button("New order").first().click();
  const fresh = page.getByRole("dialog", { name: "New port order" });
  await fresh.getByRole("button", { name: "Make the draft" }).click();
  await fresh.getByText("Choose the account that gets the numbers.").waitFor();
  await fresh.getByText("Write at least one number.").waitFor();
  await pick(fresh, "For the account", customer);
  await fresh.getByLabel("Numbers").fill(`${number}\n${second}, New Tel`);
  await fresh.getByLabel("Losing carrier").fill("Old Tel");
  await fresh.getByLabel("Name of the order").fill(order);
  await check("new order");
  await fresh.getByRole("button", { name: "Make the draft" }).click();

  // What would be refused stands beside the form, and leads to it.
  const panel = page.getByRole("dialog", { name: order });
  const findings = panel.getByRole("region", { name: "Pre-check" });
  await findings.getByRole("button", { name: /name on the bill/ }).click();
  assert.equal(await page.evaluate(() => document.activeElement?.dataset.field), "bill.name");
  await findings.getByRole("button", { name: "Split by losing carrier" }).waitFor();
  await check("pre-check");
  await panel.getByLabel("Numbers").fill(number);
  for (const [label, text] of [["Account number there", "A1"], ["Name on the bill", "Acme Inc"], ["Street", "1 King St"], ["City", "Toronto"], ["Province or state", "ON"], ["Postal code", "M5V 1A1"], ["Signed by", "Ann Lee"]]) await panel.getByLabel(label, { exact: true }).fill(text);
  await panel.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved. Nothing is sent until the order is submitted.").waitFor();
  await findings.getByText("2 things are missing:").waitFor();
  await findings.getByRole("button", { name: /bill of the losing carrier/ }).click();
  for (const kind of ["Letter of authorisation", "Bill"]) {
    const chosen = page.waitForEvent("filechooser");
    await panel.getByRole("button", { name: `Attach: ${kind}` }).click();
    await (await chosen).setFiles({ name: `${kind}.pdf`, mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7 x") });
    await panel.getByText(`${kind}.pdf`, { exact: true }).waitFor();
  }
  const taken = page.waitForEvent("download");
  await panel.getByRole("button", { name: "Download Bill.pdf" }).click();
  assert.equal((await taken).suggestedFilename(), "Bill.pdf");
  await panel.getByRole("button", { name: "Remove Bill.pdf" }).click();
  await findings.getByText("1 thing is missing:").waitFor();
  await button("Undo").last().click();
  await findings.getByText("Nothing is missing.").waitFor();
  await check("papers");
  await panel.getByRole("tab", { name: "History and comments" }).click();
  await panel.getByRole("button", { name: "Add comment" }).click();
  await panel.getByText("Write something first.").waitFor();
  await panel.getByRole("textbox", { name: "Comment" }).fill("After nine, please.");
  await panel.getByRole("button", { name: "Add comment" }).click();
  await panel.getByText("After nine, please.").waitFor();
  await check("comments");
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });

  // By keyboard to the desk, by mouse to the carrier, with its day to the calendar, and into service.
  await check("board");
  await ticket("Draft").focus();
  await page.keyboard.press("m");
  await page.getByRole("menuitem", { name: "Submit" }).waitFor();
  await check("menu", ["region"]);
  await page.keyboard.press("Escape");
  await page.getByRole("menuitem", { name: "Submit" }).waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement?.closest("li"));
  await page.keyboard.press("m");
  await page.getByRole("menuitem", { name: "Submit" }).press("Enter");
  await ticket("Submitted").waitFor();
  await page.getByText(`${order} is submitted.`).waitFor();
  await ticket("Submitted").dragTo(column("At the carrier"));
  await ticket("At the carrier").waitFor();
  await page.getByText(`${order} is at the losing carrier`).waitFor();
  await page.getByRole("button", { name: `Move ${order}` }).click();
  await page.getByRole("menuitem", { name: "Set the day" }).click();
  const dialog = page.getByRole("dialog", { name: `When do the numbers of ${order} move?` });
  await dialog.getByRole("button", { name: "Set the day" }).click();
  await dialog.getByText("Choose the day that the carrier confirmed.").waitFor();
  await dialog.getByLabel("Confirmed day").fill(day);
  await check("the day");
  await dialog.getByRole("button", { name: "Set the day" }).click();
  await ticket("Scheduled").waitFor();
  await go(`porting?view=calendar&month=${day.slice(0, 7)}`);
  await page.getByRole("button", { name: new RegExp(`^${order}`) }).waitFor();
  await check("calendar");
  await go("porting");
  await ticket("Scheduled").click();
  await panel.getByRole("button", { name: "Complete", exact: true }).click();
  await page.getByRole("dialog", { name: `Complete ${order}?` }).getByRole("button", { name: "Complete" }).click();
  await page.getByText(`${order} is completed; its numbers are in service.`).waitFor();
  await page.keyboard.press("Escape");
  await ticket("Completed").waitFor();

  // The other way: its account takes the lock off, another carrier asks, gets another day, and is refused after all.
  await page.goto(new URL(`/a/${owner}/numbers?open=${encodeURIComponent(number)}`, given.portal).href);
  const own = page.getByRole("dialog");
  await own.getByRole("switch", { name: "Locked against being moved away" }).press("Space");
  await own.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved. The next call to this number follows it.").waitFor();
  const proof = await own.getByLabel("Account number").inputValue();
  const pin = await own.getByLabel("PIN").inputValue();
  await check("lock");
  await go("porting?view=leaving&open=ask");
  const ask = page.getByRole("dialog", { name: "Another carrier’s request" });
  for (const [label, text] of [["Number", number], ["Carrier that wants it", `Taker ${mark}`], ["Account number that it gave", proof], ["PIN that it gave", pin]]) await ask.getByLabel(label, { exact: true }).fill(text);
  await ask.getByRole("button", { name: "Check the request" }).click();
  const leaving = page.getByRole("row", { name: new RegExp(`Taker ${mark}`) });
  await leaving.getByText("Leaves", { exact: true }).waitFor();
  await leaving.getByRole("button", { name: "Another day" }).click();
  const when = page.getByRole("dialog", { name: /^When does .* leave\?$/ });
  await when.getByLabel("Day it leaves").fill("2020-01-02");
  await when.getByRole("button", { name: "Set the day" }).click();
  await when.getByText("That day is past.").waitFor();
  await when.getByLabel("Day it leaves").fill(later.iso);
  await check("another day");
  await when.getByRole("button", { name: "Set the day" }).click();
  await leaving.getByText(later.shown).waitFor();
  await check("leaving");
  await leaving.getByRole("button", { name: "Refuse" }).click();
  await leaving.getByRole("button", { name: "Refuse after all?" }).click();
  await leaving.getByText("refused by the desk").waitFor();

  // A file: the bad row is named, and nothing is made before all are good.
  await go("porting");
  await button("From a file").click();
  const bulk = page.getByRole("dialog", { name: "Orders from a file" });
  await pick(bulk, "For the account", customer);
  const head = "tn,losing_carrier,account_number,end_user,auth_name,service_street,city,region,postal";
  const row = (tn) => `${tn},Old Tel,${mark},Acme Inc,Ann Lee,1 King St,Toronto,ON,M5V 1A1`;
  const file = async (rows) => bulk.locator('input[type="file"]').setInputFiles({ name: "port.csv", mimeType: "text/csv", buffer: Buffer.from([head, ...rows].join("\n")) });
  await file([row(second), row("12")]);
  await bulk.getByText("1 of 2 rows is refused.").waitFor();
  await bulk.getByRole("row", { name: /^2.*Refused/ }).waitFor();
  assert.ok(await bulk.getByRole("button", { name: /^Make/ }).isDisabled());
  await check("file");
  await file([row(second)]);
  await bulk.getByRole("button", { name: "Make 1 draft" }).click();
  await page.getByText("1 draft is made.").waitFor();

  const wide = [];
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of ["porting", `porting?view=calendar&month=${day.slice(0, 7)}`, "porting?open=file", "porting?open=new", "porting?view=leaving"]) {
    await go(path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForLoadState("networkidle").catch(() => undefined);
    if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) wide.push(path);
    await check(`${path}, phone`);
  }
  return { wide };
});

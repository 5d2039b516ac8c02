// Builds and changes callflows in a real browser: the specification's two walkthroughs (group pickup on 500, ring strategy of a base
// group) done literally, then everything else the builder can do, by mouse and by keyboard. tests/e2e/test_callflows.py starts it,
// judges, and makes the calls.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";

import { open, violations } from "./browser.mjs";

const { portal, api, account, admin, group, base, big } = JSON.parse(process.argv[2]);
const inaccessible = [];
const { page, complaints, close } = await open({ viewport: { width: 1440, height: 900 }, locale: "en-CA", colorScheme: "light", reducedMotion: "reduce" });
const check = async (place) => {
  for (const line of await violations(page)) inaccessible.push(`${place}: ${line}`);
};
const button = (name, exact = true) => page.getByRole("button", { name, exact });
const step = (name) => page.locator("[data-step]", { hasText: name });
const toast = (text) => page.getByRole("alert").getByText(text).first();
const saved = async () => {
  await button("Save").click();
  await button("Saved").waitFor();
};
const ask = async (method, path, data, token) => {
  const reply = await fetch(`${api}/accounts/${account}/${path}`, { method, headers: { "Content-Type": "application/json", "X-Auth-Token": token }, body: data && JSON.stringify({ data }) });
  return (await reply.json()).data;
};
const figures = {};

try {
  const credentials = createHash("md5").update(`${admin.username}:${admin.password}`).digest("hex");
  const reply = await (await fetch(`${api}/user_auth`, { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ data: { credentials, account_name: admin.account_name, method: "md5" } }) })).json();
  const token = reply.auth_token;
  await page.addInitScript((session) => sessionStorage.getItem("qvoice.session") ?? sessionStorage.setItem("qvoice.session", session), JSON.stringify({ token, accountId: account, userId: reply.data.owner_id, userName: admin.username }));

  // Specification, "Group Pickup": Callflows, Add, the extension 500, drag "Group pickup", open it, choose the group, save.
  await page.goto(new URL(`/a/${account}/callflows`, portal).href);
  await page.getByRole("heading", { level: 1, name: "Callflows" }).waitFor();
  await page.locator("tbody [data-open]").first().waitFor();
  await check("list");
  await page.getByRole("link", { name: "Add callflow" }).click();
  await button("Add a number").click();
  const numbers = page.getByRole("dialog", { name: "Numbers and patterns" });
  await numbers.getByLabel("Add a number or extension").fill("1000");
  await numbers.getByText("1000 is used by").waitFor();
  await numbers.getByLabel("Add a number or extension").fill("500");
  await page.keyboard.press("Enter");
  await numbers.getByText("Extension", { exact: true }).waitFor();
  await check("numbers");
  await numbers.getByRole("button", { name: "Done" }).click();
  await page.getByLabel("Search steps").fill("group pickup");
  await page.locator("[data-entry]", { hasText: "Group pickup" }).first().dragTo(page.locator("[data-steps]"), { targetPosition: { x: 300, y: 300 } });
  await step("Group pickup").dblclick();
  await page.getByRole("combobox", { name: "Group", exact: true }).click();
  await page.getByRole("option", { name: group }).click();
  await check("builder");
  await saved();
  await page.waitForURL(/callflows\/[0-9a-f]{32}/);
  const pickup = page.url().split("/").pop();

  // Specification, "Group Calling Policy": find the base group's callflow, open its ring group, change the strategy, save.
  await page.getByRole("link", { name: "All callflows" }).click();
  await page.getByLabel("Search by number, name, module or owner").fill(base.name);
  await page.getByRole("button", { name: base.name }).click();
  await step("Ring group").click();
  await page.getByRole("combobox", { name: "Ring strategy" }).click();
  await page.getByRole("option", { name: /^In order/ }).click();
  await saved();
  await check("ring group");

  // What was saved is a version; rolling back and forth.
  await button("More").click();
  await page.getByRole("menuitem", { name: "Versions" }).click();
  const versions = page.getByRole("list", { name: "Versions" });
  await versions.getByRole("button", { name: /Version 2/ }).click();
  await versions.getByText("In order", { exact: false }).waitFor();
  await check("versions");
  await versions.getByRole("button", { name: /Version 1/ }).click();
  await versions.getByRole("button", { name: "Roll back to this" }).click();
  await page.getByText("Version 1 is live again.").waitFor();
  assert.equal((await ask("GET", `callflows/${base.id}`, undefined, token)).flow.data.strategy, "simultaneous");
  await versions.getByRole("button", { name: /Version 2/ }).click();
  await versions.getByRole("button", { name: "Roll back to this" }).click();
  await page.getByText("Version 2 is live again.").waitFor();

  // By keyboard alone: a menu, two keys, a message; copied, moved, taken back. Nothing of it is live before it is saved.
  await page.goto(new URL(`/a/${account}/callflows/new`, portal).href);
  const search = page.getByLabel("Search steps");
  await search.fill("menu");
  await page.keyboard.press("Enter");
  await step("Menu").focus();
  await page.keyboard.press("a");
  await search.fill("hang up");
  await page.keyboard.press("Enter");
  await page.locator('[data-step="flow.children.1"]').waitFor();
  await page.locator('[data-step="flow"]').focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("a");
  await search.fill("wait");
  await page.keyboard.press("Enter");
  await page.locator('[data-step="flow.children.2"]').waitFor();
  await page.locator('[data-step="flow.children.2"]').focus();
  await page.keyboard.press("Control+c");
  await page.keyboard.press("Home");
  await page.keyboard.press("Control+v");
  await page.locator('[data-step="flow.children.3"]').waitFor();
  await page.keyboard.press("Delete");
  await page.locator('[data-step="flow.children.3"]').waitFor({ state: "detached" });
  await page.keyboard.press("Control+z");
  await page.getByRole("status").filter({ hasText: "Undone: deleting." }).waitFor({ state: "attached" });
  await page.locator('[data-step="flow.children.3"]').waitFor();
  await page.keyboard.press("Control+Shift+z");
  await page.locator('[data-step="flow.children.3"]').waitFor({ state: "detached" });
  await page.getByRole("button", { name: "1 warning", exact: true }).click();
  await page.getByRole("list", { name: "Problems" }).or(page.getByText("Nothing is wrong")).waitFor();
  page.once("dialog", (dialog) => void dialog.accept());
  await page.waitForTimeout(600);
  await page.reload();
  await page.getByText("Unsaved work of").waitFor();
  await button("Go on with it").click();
  await page.locator('[data-step="flow.children.2"]').waitFor();

  // Trying a call: the path lights up, keys are pressed, reasons are told.
  await button("Simulate").click();
  await page.getByRole("button", { name: "Try this call" }).click();
  await page.locator("[data-step][data-visited]").first().waitFor();
  await check("simulate");
  await button("Discard").waitFor({ state: "detached" });

  // Somebody who forwards: where the call made in that person's name goes on is drawn inside the leg.
  const people = await ask("GET", "users?paginate=false", undefined, token);
  const forwarding = people.find(({ first_name: name }) => name === "Bob");
  await ask("PATCH", `users/${forwarding.id}`, { call_forward: { enabled: true, number: "1003", substitute: true } }, token);
  page.once("dialog", (dialog) => void dialog.accept());
  const own = (await ask("GET", "callflows?paginate=false", undefined, token)).find(({ numbers }) => numbers.includes("1001"));
  await page.goto(new URL(`/a/${account}/callflows/${own.id}`, portal).href);
  await button("Simulate").click();
  await page.getByRole("button", { name: "Try this call" }).click();
  const further = page.locator("details", { hasText: /Goes on in “Dave/ });
  await further.locator("summary").press("Enter");
  await further.getByText("Nobody answered", { exact: false }).or(further.locator("ol > li")).first().waitFor();
  assert.ok((await further.locator("ol > li").count()) >= 2, "the forwarded call's own steps");
  await check("simulate, forwarded");
  await ask("PATCH", `users/${forwarding.id}`, { call_forward: { enabled: false, number: null } }, token);

  // Somebody else saves meanwhile: nothing is overwritten, both changes are kept.
  page.once("dialog", (dialog) => void dialog.accept());
  await page.goto(new URL(`/a/${account}/callflows/${pickup}`, portal).href);
  await step("Group pickup").waitFor();
  await ask("PATCH", `callflows/${pickup}`, { numbers: ["500", "5500"] }, token);
  await page.getByLabel("Name", { exact: true }).fill("Pickup");
  await button("Save").click();
  const merge = page.getByRole("dialog", { name: "Somebody else saved this callflow" });
  await merge.getByText("touch different parts").waitFor();
  await check("merge");
  await merge.getByRole("button", { name: "Save both" }).click();
  await button("Saved").waitFor();
  const both = await ask("GET", `callflows/${pickup}`, undefined, token);
  assert.deepEqual([both.name, both.numbers], ["Pickup", ["500", "5500"]]);

  // 300 steps: how long until they stand there, and how many pictures a second while one pans across them.
  const began = Date.now();
  await page.goto(new URL(`/a/${account}/callflows/${big}`, portal).href);
  await page.locator("[data-step]").first().waitFor();
  figures.open_ms = Date.now() - began;
  figures.steps = Number(await page.locator("[data-steps]").getAttribute("data-steps"));
  await page.waitForLoadState("networkidle").catch(() => undefined);
  const frames = () =>
    page.evaluate(
      () =>
        new Promise((done) => {
          const times = [];
          const tick = (now) => {
            times.push(now);
            if (now - times[0] < 1500) requestAnimationFrame(tick);
            else done({ fps: Math.round((times.length - 1) / ((now - times[0]) / 1000)), longest_ms: Math.round(Math.max(...times.slice(1).map((time, index) => time - times[index]))) });
          };
          requestAnimationFrame(tick);
        }),
    );
  figures.still = await frames();
  const box = await page.locator("[data-steps]").boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const panning = frames();
  for (let turn = 0; turn < 40; turn += 1) await page.mouse.wheel(0, turn < 20 ? 120 : -120);
  figures.panning = await panning;
  await page.locator('[data-step="flow"]').focus();
  const pressed = Date.now();
  await page.keyboard.press("ArrowRight");
  await page.locator('[data-step="flow.children.1"][aria-current="true"]').waitFor();
  figures.select_ms = Date.now() - pressed;
  const added = Date.now();
  await page.keyboard.press("Control+c");
  await page.keyboard.press("Control+v");
  await page.locator(`[data-steps="${figures.steps + 1}"], [data-steps]:not([data-steps="${figures.steps}"])`).waitFor();
  figures.paste_ms = Date.now() - added;
  await page.keyboard.press("Control+z");
  await page.locator(`[data-steps="${figures.steps}"]`).waitFor();

  // The other pages of the area, in French and dark, on a phone too.
  await page.evaluate(() => (localStorage.setItem("qvoice.language", "fr"), localStorage.setItem("qvoice.scheme", "dark")));
  for (const [path, title] of [["callflows", "Scénarios d’appel"], ["menus", "Menus"], ["media", "Sons"], ["schedules", "Horaires"]]) {
    await page.goto(new URL(`/a/${account}/${path}`, portal).href);
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    await check(`${path}, dark, French`);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(new URL(`/a/${account}/callflows/${pickup}`, portal).href);
  await step("Interception de groupe").waitFor();
  await check("builder, phone, dark, French");
  process.stdout.write(`${JSON.stringify({ pickup, figures, inaccessible, complaints })}\n`);
} catch (error) {
  const picture = process.env.QVOICE_E2E_PICTURE;
  if (picture) await page.screenshot({ path: picture });
  process.stderr.write(`at ${page.url()}\n${error.stack}\n${complaints.join("\n")}\n`);
  process.exitCode = 1;
} finally {
  await close();
}

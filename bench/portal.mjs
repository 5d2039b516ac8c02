// Walks through the production portal for bench/portal.py and prints one JSON object of what the browser measured.
import { createHash } from "node:crypto";

import { open } from "../tests/e2e/browser.mjs";

const given = JSON.parse(process.argv[2]);
const { account, rounds } = given;
const PAGES = ["dashboard", "main-number", "users", "groups", "devices", "voicemail", "conferences", "music", "numbers", "caller-id", "feature-codes", "calls", "callflows", "menus", "media", "schedules"];

const credentials = createHash("md5").update(`${given.username}:${given.password}`).digest("hex");
const reply = await fetch(`${given.api}/user_auth`, {
  method: "PUT",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ data: { credentials, account_name: given.name, method: "md5" } }),
});
const { auth_token: token, data: who } = await reply.json();
if (!token) throw new Error(`no session: HTTP ${reply.status}`);

const { page, complaints, close } = await open({ viewport: { width: 1440, height: 900 }, colorScheme: "light" });
const at = (path) => new URL(`/a/${account}/${path}`, given.portal).href;

/** In the page: usable is when its heading stands, nothing is a placeholder any more and nothing announces that it is busy. */
const usable = (wanted) =>
  page.evaluate(
    ([selector, from]) =>
      new Promise((done, fail) => {
        const began = performance.now();
        const look = () => {
          const ready = document.querySelector(selector) && !document.querySelector('main [aria-busy="true"], main [class*="skeleton"], [role="dialog"] [class*="skeleton"]');
          if (ready) requestAnimationFrame(() => done(performance.now() - (from ?? 0)));
          else if (performance.now() - began > 20_000) fail(new Error(`never usable: ${selector}`));
          else requestAnimationFrame(look);
        };
        look();
      }),
    [wanted, null],
  );

/** In the page: from an event of `type` to the picture after it, each time it happens. */
const watch = (type) =>
  page.evaluate((type) => {
    globalThis.benchTimes = [];
    globalThis.benchOff?.();
    const on = (event) => {
      const began = event.timeStamp;
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => globalThis.benchTimes.push(performance.now() - began);
        port2.postMessage(null);
      });
    };
    addEventListener(type, on, true);
    globalThis.benchOff = () => removeEventListener(type, on, true);
  }, type);
const watched = () => page.evaluate(() => globalThis.benchTimes);

/** In the page: how many pictures a second while `run` goes on, and the longest wait for one. */
async function frames(run) {
  await page.evaluate(() => {
    globalThis.benchFrames = [];
    const tick = (now) => {
      if (!globalThis.benchFrames) return;
      globalThis.benchFrames.push(now);
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  await run();
  return page.evaluate(() => {
    const times = globalThis.benchFrames;
    globalThis.benchFrames = undefined;
    const took = times.at(-1) - times[0];
    return { fps: ((times.length - 1) / took) * 1000, longest_ms: Math.max(...times.slice(1).map((time, index) => time - times[index])) };
  });
}

const result = { pages: {}, latencies: {}, frames: {} };
try {
  await page.addInitScript((text) => location.protocol.startsWith("http") && sessionStorage.setItem("qvoice.session", text), JSON.stringify({ token, accountId: who.account_id, userId: who.owner_id, userName: given.username }));

  // The first visit of all: nothing is in the browser's cache.
  await page.goto(at("users"), { waitUntil: "commit" });
  result.first_ms = await usable("main h1");
  const loaded = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name, encodedBodySize, initiatorType }) => ({ name, size: encodedBodySize, initiatorType })));
  result.script_bytes = loaded.filter(({ name }) => /\.js(\?|$)/.test(name)).reduce((sum, { size }) => sum + size, 0);
  result.all_bytes = loaded.reduce((sum, { size }) => sum + size, 0);
  result.requests = loaded.length;

  // Each page as one opens it from a bookmark: the whole document again, with what the cache kept.
  for (const place of [...PAGES, `callflows/${given.flow}`]) {
    const name = place.includes("/") ? "a flow of 300 steps" : place;
    result.pages[name] = [];
    for (let round = 0; round < rounds; round += 1) {
      await page.goto("about:blank");
      await page.goto(at(place), { waitUntil: "commit" });
      result.pages[name].push(await usable(place.includes("/") ? "[data-step]" : "main h1"));
      // What the early script asked for (a page’s -reads.ts) and no page took up was asked for in vain.
      const vain = await page.evaluate(() => [...globalThis.qvoiceEarly.answers.keys()]);
      if (vain.length) throw new Error(`${name} does not read ${vain.join(", ")}: see its -reads.ts`);
      await page.waitForTimeout(100);
    }
  }

  // Typing in the search of the longest list; each key to its picture.
  await page.goto(at("users"));
  await usable("tbody [data-open]");
  const search = page.getByRole("searchbox").or(page.locator("main input[type=search], main input")).first();
  await search.focus();
  await watch("keydown");
  for (let round = 0; round < rounds; round += 1) {
    await page.keyboard.type("last42", { delay: 120 });
    for (let key = 0; key < 6; key += 1) await page.keyboard.press("Backspace", { delay: 60 });
  }
  result.latencies["a key in the search of users"] = await watched();

  // A row's panel, from the click until it can be read.
  result.latencies["a user's panel"] = [];
  for (let round = 0; round < rounds; round += 1) {
    const row = page.locator("tbody [data-open]").nth(round + 2);
    const clicked = await row.evaluate((button) => {
      const began = performance.now();
      button.click();
      return began;
    });
    result.latencies["a user's panel"].push((await usable('[role="dialog"] [role="tab"]')) - clicked);
    await page.keyboard.press("Escape");
    await page.locator('[role="dialog"]').waitFor({ state: "detached" });
  }

  // From page to page inside, as a click does.
  result.latencies["from users to devices"] = [];
  for (let round = 0; round < rounds; round += 1) {
    const clicked = await page.locator('nav a[href$="/devices"]').first().evaluate((link) => {
      const began = performance.now();
      link.click();
      return began;
    });
    await page.waitForURL(/devices/);
    result.latencies["from users to devices"].push((await usable("tbody [data-open]")) - clicked);
    await page.locator('nav a[href$="/users"]').first().click();
    await usable("tbody [data-open]");
  }

  // Scrolling a list of 500.
  const table = await page.locator("table").boundingBox();
  await page.mouse.move(table.x + table.width / 2, table.y + 300);
  result.frames["scrolling 500 users"] = await frames(async () => {
    for (let turn = 0; turn < 40; turn += 1) await page.mouse.wheel(0, turn < 30 ? 400 : -400);
    await page.waitForTimeout(300);
  });

  // The large flow: panning, moving a step across others, selecting one.
  await page.goto(at(`callflows/${given.flow}`));
  await usable("[data-step]");
  await page.waitForTimeout(500);
  const canvas = await page.locator("[data-steps]").boundingBox();
  await page.mouse.move(canvas.x + canvas.width / 2, canvas.y + canvas.height / 2);
  result.frames["panning a flow of 300 steps"] = await frames(async () => {
    for (let turn = 0; turn < 60; turn += 1) await page.mouse.wheel(0, turn < 30 ? 60 : -60);
  });
  // One near the middle of what is in sight.
  const boxes = await page.locator('[data-step]:not([data-step="flow"])').evaluateAll((steps) => steps.map((one) => one.getBoundingClientRect()).map(({ x, y, width, height }) => ({ x, y, width, height })));
  const middle = { x: canvas.x + canvas.width / 2, y: canvas.y + canvas.height / 2 };
  const far = (one) => Math.hypot(one.x + one.width / 2 - middle.x, one.y + one.height / 2 - middle.y);
  const step = boxes.toSorted((one, other) => far(one) - far(other))[0];
  await page.mouse.move(step.x + step.width / 2, step.y + step.height / 2);
  await page.mouse.down();
  result.frames["dragging a step in a flow of 300 steps"] = await frames(async () => {
    for (let turn = 1; turn <= 90; turn += 1) {
      await page.mouse.move(step.x + step.width / 2 + 120 * Math.sin(turn / 9), step.y + step.height / 2 + 220 * Math.sin(turn / 14));
    }
  });
  await page.keyboard.press("Escape");
  await page.mouse.up();
  await watch("keydown");
  await page.locator("[data-step]").first().focus();
  await page.keyboard.press("Home");
  for (const key of ["ArrowRight", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowLeft"]) await page.keyboard.press(key, { delay: 150 });
  await page.waitForTimeout(200);
  result.latencies["a key in a flow of 300 steps"] = await watched();
  if (complaints.length) throw new Error(complaints.join("\n"));
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  await close();
}

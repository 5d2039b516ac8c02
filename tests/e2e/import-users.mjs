// Users from a file: a verdict per row before anything is written, then added, paused, gone on with; the result is kept as a file.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { given, walk } from "./walk.mjs";

await walk(
  async ({ page, go, check }) => {
    const button = (name) => page.getByRole("button", { name, exact: true });
    await go("users");
    await page.getByRole("link", { name: "From a file" }).click();
    await page.getByRole("heading", { level: 1, name: "Add users from a file" }).waitFor();
    await check("import, empty");

    // A file that is none says so; one with rows is judged and nothing is written.
    await page.locator('input[type="file"]').setInputFiles(given.crooked);
    await page.getByText("the column last_name is missing").waitFor();
    await page.locator('input[type="file"]').setInputFiles(given.file);
    await page.getByRole("heading", { level: 2, name: "people.csv" }).waitFor();
    await page.getByText("Checked, not started").waitFor();
    await page.getByText("is in row 1 too").waitFor();
    await page.getByText("an extension has 2 to 6 digits").waitFor();
    await check("import, judged");
    await page.getByText(`All (${given.good + 2})`).click();
    await page.getByRole("cell", { name: `Person0 ${given.mark}` }).first().waitFor();

    // Paused, another page looked at, gone on with.
    await button(`Add ${given.good} users`).click();
    await button("Pause").click();
    await page.getByText("Paused").waitFor();
    await check("import, paused");
    await page.reload();
    await button("Go on").click();
    await page.getByText("Done, not all").waitFor({ timeout: 60_000 });
    await page.getByText(`${given.good} done · 2 left out`).waitFor();
    const [result] = await Promise.all([page.waitForEvent("download"), button("Download the result").click()]);
    const lines = (await readFile(await result.path(), "utf8")).trim().split(/\r?\n/);
    assert.equal(lines.length, given.good + 3);
    await button("Another file").click();
    await page.getByRole("link", { name: "people.csv" }).first().waitFor();
    await check("import, earlier files");

    await page.evaluate(() => {
      localStorage.setItem("qvoice.language", "fr");
      localStorage.setItem("qvoice.scheme", "dark");
    });
    await page.setViewportSize({ width: 390, height: 844 });
    const wide = [];
    const look = async (place) => {
      if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth || document.querySelector("main").scrollWidth > document.querySelector("main").clientWidth)) wide.push(place);
      await check(`${place}, phone, dark, French`);
    };
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Ajouter des utilisateurs d’un fichier" }).waitFor();
    await page.getByRole("link", { name: "people.csv" }).first().waitFor();
    await look("import");
    await page.getByRole("link", { name: "people.csv" }).first().click();
    await page.getByText("Terminé, pas tout").waitFor();
    await look("import, done");
    return { wide };
  },
  { acceptDownloads: true },
);

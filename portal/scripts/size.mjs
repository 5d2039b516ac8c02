// Guards the sizes: TSX files of at most 250 lines (--sources), and, after a build, what a first visit loads compressed: below 300 kB of
// JavaScript and 30 kB of styles.
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const root = fileURLToPath(new URL("..", import.meta.url));
const LINES = 250;
const LIMITS = { js: 300_000, css: 30_000 };

const files = await readdir(`${root}/src`, { recursive: true });
const long = [];
for (const file of files.filter((name) => name.endsWith(".tsx"))) {
  const lines = (await readFile(`${root}/src/${file}`, "utf8")).split("\n").length - 1;
  if (lines > LINES) long.push(`${file}: ${lines} lines`);
}
if (long.length > 0) throw new Error(`longer than ${LINES} lines: ${long.join(", ")}`);

if (!process.argv.includes("--sources")) {
  const manifest = JSON.parse(await readFile(`${root}/dist/.vite/manifest.json`, "utf8"));
  const needed = new Set();
  const add = (key) => {
    if (needed.has(key)) return;
    needed.add(key);
    manifest[key].imports?.forEach(add);
  };
  // A first visit loads the entry, the frame and the page; the users page is the largest.
  add("index.html");
  for (const key of Object.keys(manifest)) if (/_app\.tsx|\$account\/route\.tsx|\$account\/users\/index\.tsx/.test(key)) add(key);
  const assets = new Set([...needed].flatMap((key) => [manifest[key].file, ...(manifest[key].css ?? [])]));
  const total = { js: 0, css: 0 };
  for (const asset of assets) total[asset.endsWith(".css") ? "css" : "js"] += gzipSync(await readFile(`${root}/dist/${asset}`), { level: 6 }).length;
  process.stdout.write(`first load: ${Math.round(total.js / 1000)} kB of JavaScript, ${Math.round(total.css / 1000)} kB of styles, compressed, in ${assets.size} files\n`);
  for (const [kind, limit] of Object.entries(LIMITS)) if (total[kind] > limit) throw new Error(`the first load's ${kind} is larger than ${limit / 1000} kB`);
}

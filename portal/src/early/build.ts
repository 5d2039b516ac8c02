/**
 * Makes the early script (src/early) part of a build: bundles it by itself, with what the build knows of each page's files and words, and
 * names it in index.html under a hash, so that browsers keep it. In development pages run it as a module that knows of no files.
 */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build, type Manifest, type Plugin, type Rollup } from "vite";

import type { Known } from "./early";
import { known, wordsIn } from "./known.ts";

const SOURCE = fileURLToPath(new URL("./early.ts", import.meta.url));
const NOTHING: Known = { files: [], frame: { files: [], words: [] }, pages: {}, words: {} };

async function bundled(what: Known): Promise<string> {
  const [output] = (await build({
    configFile: false,
    resolve: { alias: { "@": fileURLToPath(new URL("..", import.meta.url)) } },
    logLevel: "error",
    define: { BUILT: JSON.stringify(what) },
    build: { write: false, target: "es2024", lib: { entry: SOURCE, formats: ["iife"], name: "early" } },
  })) as Rollup.RollupOutput[];
  const [chunk] = output?.output ?? [];
  if (!chunk) throw new Error("the early script came to nothing");
  return chunk.code;
}

/** The plugin. */
export function early(): Plugin {
  const asked = new Map<string, string[]>();
  return {
    name: "qvoice-early",
    apply: (_, { mode }) => mode !== "test",
    config: (_, { command }) => (command === "serve" ? { define: { BUILT: JSON.stringify(NOTHING) } } : {}),
    transformIndexHtml: (_, { server }) => (server ? [{ tag: "script", attrs: { type: "module", src: "/src/early/early.ts" }, injectTo: "head-prepend" }] : []),
    generateBundle: async (_, bundle) => {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        const sources = Object.keys(chunk.modules).map((id) => id.replace(/\?.*/, "")).filter((id) => id.endsWith(".tsx") && id.includes("/src/"));
        const texts = await Promise.all([...new Set(sources)].map((source) => readFile(source, "utf8")));
        asked.set(chunk.fileName, texts.flatMap(wordsIn));
      }
    },
    writeBundle: async ({ dir = "" }) => {
      const manifest = JSON.parse(await readFile(join(dir, ".vite", "manifest.json"), "utf8")) as Manifest;
      const code = await bundled(known(manifest, (file) => asked.get(file) ?? []));
      const name = `early-${createHash("sha256").update(code).digest("base64url").slice(0, 8)}.js`;
      await writeFile(join(dir, "assets", name), code);
      const page = join(dir, "index.html");
      const html = await readFile(page, "utf8");
      await writeFile(page, html.replace(/(?=<script )/, `<script src="/assets/${name}"></script>\n    `));
    },
  };
}

/** How the portal is built: file routes, one hashed bundle per route, no inline script or style (the API's policy forbids both). */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

import { early } from "./src/early/build.ts";

const api = process.env.QVOICE_API ?? "http://127.0.0.1:8000";

/** Scripts and styles compressed once, beside themselves (.br, .gz): the API sends what the browser takes. */
function compressed(): Plugin {
  return {
    name: "qvoice-compressed",
    apply: "build",
    writeBundle: {
      // After the early script, which is written in the same step.
      order: "post",
      sequential: true,
      handler: async ({ dir = "" }) => {
        const folder = join(dir, "assets");
        for (const name of (await readdir(folder)).filter((each) => /\.(js|css)$/.test(each))) {
          const bytes = await readFile(join(folder, name));
          if (bytes.length < 512) continue;
          await writeFile(join(folder, `${name}.br`), brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
          await writeFile(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
        }
      },
    },
  };
}

/** A route's file without the page itself, which comes when it is opened: its address is known from the start. */
const isRoute = (id: string) => /\/src\/routes\/(?!.*\/-)[^?]*\.tsx$/.test(id);

export default defineConfig({
  plugins: [tanstackRouter({ target: "react", autoCodeSplitting: true, quoteStyle: "double" }), react(), early(), compressed()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2024",
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    // What sixteen pages use, the frame and the icons are in the first load anyway: a few files of it come sooner and compress better than
    // a hundred small ones that name each other.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "shared", minShareCount: 16 },
            { name: "shared", test: /\/src\/(theme|api|i18n)\/|@mantine\/hooks/, minShareCount: 2 },
            { name: "routes", test: isRoute },
            { name: "icons", test: /@tabler\/icons-react/, minShareCount: 2 },
            { name: "frame", test: /\/src\/ui\/(frame\/|list\/|[^/]+$)/, minShareCount: 2 },
          ],
        },
      },
    },
  },
  server: {
    host: "127.0.0.1",
    port: Number(process.env.PORT ?? 5173),
    proxy: { "/v2": api, "/openapi.json": api, "/events": { target: api, ws: true } },
  },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"], setupFiles: ["src/test-setup.ts"] },
});

// Writes src/theme/mantine-variables.css: the custom properties Mantine would otherwise put into an inline <style>, which the
// portal's content security policy forbids. Run it (npm run tokens) after changing theme.ts; a unit test fails when it is stale.
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { createServer } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const server = await createServer({ root, server: { middlewareMode: true, ws: false }, appType: "custom", logLevel: "error" });
try {
  const { variablesCss } = await server.ssrLoadModule("/src/theme/variables.ts");
  await writeFile(`${root}/src/theme/mantine-variables.css`, variablesCss());
} finally {
  await server.close();
}

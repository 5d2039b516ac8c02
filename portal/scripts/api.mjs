// Reads the description of a running API (QVOICE_API, default http://127.0.0.1:8000) and writes the client from it: npm run api.
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { generate } from "orval";

const folder = fileURLToPath(new URL("..", import.meta.url));
const response = await fetch(new URL("/openapi.json", process.env.QVOICE_API ?? "http://127.0.0.1:8000"));
if (!response.ok) throw new Error(`the API answered ${response.status}`);
await writeFile(`${folder}/src/api/generated/openapi.json`, `${JSON.stringify(await response.json(), null, 1)}\n`);
await generate(`${folder}/orval.config.mjs`, folder);

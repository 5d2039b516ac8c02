// The API client: written by orval from the API's own description, checked in, and never edited by hand (npm run api).
import { defineConfig } from "orval";

export default defineConfig({
  qvoice: {
    input: { target: "./src/api/generated/openapi.json" },
    output: {
      mode: "split",
      target: "./src/api/generated/client.ts",
      client: "fetch",
      urlEncodeParameters: true,
      clean: false,
      override: {
 mutator: { path: "./src/api/call.ts", name: "send" }, fetch: { includeHttpResponseReturnType: false } },
    },
  },
});

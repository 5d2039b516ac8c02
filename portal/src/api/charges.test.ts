/** A change that costs more is asked about once, and repeated with the charges accepted or not at all. */
import { afterEach, expect, test, vi } from "vitest";

import { call, onCharges } from "./call";

const answers = (...statuses: number[]) => {
  const urls: string[] = [];
  vi.stubGlobal("fetch", (url: string) => {
    urls.push(url);
    const status = statuses.shift() ?? 500;
    return Promise.resolve(new Response(JSON.stringify(status === 402 ? { message: "accept charges", data: [{ items: [] }] } : { data: { id: "1" } }), { status }));
  });
  return urls;
};

afterEach(() => vi.unstubAllGlobals());

test("C1: a 402 is asked about and repeated with accept_charges", async () => {
  const urls = answers(402, 201);
  const asked: unknown[] = [];
  const stop = onCharges((charges) => {
    asked.push(charges);
    return Promise.resolve(true);
  });
  expect((await call("PUT", "/v2/x", { body: {} })).data).toEqual({ id: "1" });
  expect(asked).toEqual([[{ items: [] }]]);
  expect(urls).toEqual(["/v2/x", "/v2/x?accept_charges=true"]);
  stop();
});

test("who refuses changes nothing", async () => {
  const urls = answers(402);
  const stop = onCharges(() => Promise.resolve(false));
  await expect(call("PUT", "/v2/x", { body: {} })).rejects.toMatchObject({ status: 402 });
  expect(urls).toHaveLength(1);
  stop();
});

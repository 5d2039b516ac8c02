/** Adding a user is the SmartPBX sequence, and takes itself back when a step is refused. The API's side is a recorded conversation. */
import { afterEach, expect, test, vi } from "vitest";

import { CreateFailed, createUser, formErrors, type NewUser } from "./-create-user";
import { isExtension, nextExtension, takenExtensions } from "./-extension";
import { randomText, voicemailPin } from "./-secret";

const FORM: NewUser = { firstName: "Zoé", lastName: "Roy", email: "zoe@example.test", extension: "1004", number: "+14165550199", role: "user", deviceName: "Desk", deviceType: "sip_device", invite: true };

/** Answer like the dialect; `refuse` is the collection whose PUT gives 400, `lists` what GETs return. */
function api(refuse?: string, lists: Record<string, unknown[]> = {}) {
  const asked: { method: string; path: string; data?: Record<string, unknown> }[] = [];
  let made = 0;
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const path = url.replace(/^\/v2\/accounts\/A\//, "").replace(/\?.*/, "");
    asked.push({ method: init.method ?? "GET", path, data: init.body ? JSON.parse(String(init.body)).data : undefined });
    if (init.method === "GET") return Response.json({ data: lists[path] ?? [] });
    if (init.method === "PUT" && path === refuse)
      return Response.json({ message: "invalid data", data: { numbers: { unique: { message: "in use" } } } }, { status: 400 });
    made += 1;
    return Response.json({ data: { id: `${path.split("/")[0]}-${made}` } });
  });
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

test("user, voicemail box, callflow, directory entry, device, in this order", async () => {
  const asked = api();
  const created = await createUser("A", FORM, () => {});
  const writes = asked.filter(({ method }) => method !== "GET");
  expect(writes.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "PUT users", "PUT vmboxes", "PUT callflows", "PUT directories", "PATCH users/users-1", "PUT devices",
  ]);
  expect(created.password).toBeUndefined();
  expect(writes[0]?.data).toMatchObject({ send_email_on_creation: true, username: "zoe@example.test", presence_id: "1004", caller_id: { internal: { name: "Zoé Roy", number: "1004" } } });
  expect(writes[2]?.data).toMatchObject({
    name: "Zoé Roy SmartPBX's Callflow", numbers: ["1004", "+14165550199"], type: "mainUserCallflow",
    flow: { module: "user", data: { id: "users-1", can_call_self: false, timeout: 20 }, children: { _: { module: "voicemail", data: { id: "vmboxes-2" } } } },
  });
  expect(writes[5]?.data?.sip).toMatchObject({ username: created.device?.username, password: created.device?.password });
});

test("a refused step removes what was made before, last first, and puts the message on its field", async () => {
  const asked = api("callflows");
  const failure: unknown = await createUser("A", FORM, () => {}).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(CreateFailed);
  const { step, cause, leftovers } = failure as CreateFailed;
  expect({ step, leftovers }).toEqual({ step: "callflows", leftovers: [] });
  expect(formErrors(cause)).toEqual({ extension: "in use" });
  expect(asked.filter(({ method }) => method === "DELETE").map(({ path }) => path)).toEqual(["vmboxes/vmboxes-2", "users/users-1"]);
});

test("a taken extension is refused before anything is written", async () => {
  const asked = api(undefined, { callflows: [{ id: "x", numbers: ["1004"] }] });
  await expect(createUser("A", FORM, () => {})).rejects.toMatchObject({ step: "check" });
  expect(asked.every(({ method }) => method === "GET")).toBe(true);
});

test("the next extension is the first free one above the lowest; emergency numbers are none", () => {
  const taken = takenExtensions([{ id: "f", numbers: ["1000", "1003", "+14165550100", "MainOpenHours"] }], [{ id: "v", name: "v", mailbox: "1004", messages: 0 }]);
  expect(nextExtension(taken)).toBe("1001");
  expect(nextExtension(new Set())).toBe("1000");
  expect(["911", "933", "12", "1234567", "12a"].map(isExtension)).toEqual([false, false, true, false, false]);
});

test("secrets have their length, their alphabet and no easy PIN", () => {
  expect(randomText(500, "abc")).toMatch(/^[abc]{500}$/);
  for (let round = 0; round < 200; round += 1) expect(voicemailPin()).not.toMatch(/^(\d)\1{5}$|^123456$/);
});

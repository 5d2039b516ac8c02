/** What a save sends: only what changed, and the way back. */
import { expect, test } from "vitest";

import { at, changedPaths, mergePatch, put } from "./draft";

const box = { name: "Box", media: { unavailable: "m1" }, notify_email_addresses: ["a@b.c"], timezone: "UTC" };

test("a change is a merge patch, and the reverse patch takes it back", () => {
  const after = put(put(put(box, "media.unavailable", undefined), "notify_email_addresses", []), "notify.callback.number", "5");
  const patch = mergePatch(box, after);
  expect(patch).toEqual({ media: { unavailable: null }, notify_email_addresses: [], notify: { callback: { number: "5" } } });
  expect(mergePatch(after, box)).toEqual({ media: { unavailable: "m1" }, notify_email_addresses: ["a@b.c"], notify: null });
  expect(box.media.unavailable).toBe("m1");
});

test("unchanged documents need no patch, whatever the order of keys", () => {
  expect(mergePatch({ a: 1, b: { c: [1, 2], d: undefined } }, { b: { c: [1, 2] }, a: 1 })).toEqual({});
});

test("changed fields are named by path", () => {
  expect(changedPaths(box, put(box, "media.unavailable", "m2"), ["name", "media.unavailable", "media.name"])).toEqual(["media.unavailable"]);
  expect(at(box, "media.unavailable.deeper")).toBeUndefined();
});

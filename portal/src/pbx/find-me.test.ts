/** Find me, follow me: what other clients of the dialect read, and dragging within bounds. */
import { expect, test } from "vitest";

import { findMeOf, withFindMe, withoutFindMe } from "./find-me";
import { node } from "./nodes";
import { endOf, moved, oneByOne, startedAt, stretched } from "./timeline-math";

const plain = node("user", { id: "u", can_call_self: false, timeout: 20 }, { _: node("voicemail", { id: "box" }) });

test("switching on makes the user a ring group of devices, off makes it a user again; voicemail stays behind both", () => {
  const on = withFindMe(plain, "u", [{ id: "d1", delay: 0, timeout: 20 }, { id: "d2", delay: 10, timeout: 25 }]);
  expect(on).toMatchObject({
    module: "ring_group",
    data: { strategy: "simultaneous", timeout: 35, endpoints: [{ id: "d1", endpoint_type: "device", delay: 0, timeout: 20 }, { id: "d2", delay: 10, timeout: 25 }] },
    children: { _: { module: "voicemail" } },
  });
  expect(withoutFindMe(on, "u")).toEqual(plain);
  expect(findMeOf(plain)).toBeUndefined();
  expect(findMeOf(withFindMe(on, "u", []))).toEqual([]);
});

test("a screening or prepend node in front of the ring stays in front", () => {
  const flow = node("prepend_cid", {}, { _: plain });
  const on = withFindMe(flow, "u", [{ id: "d1", delay: 0, timeout: 20 }]);
  expect([on.module, on.children._?.module, on.children._?.children._?.module]).toEqual(["prepend_cid", "ring_group", "voicemail"]);
});

test("bars stay between 0 and 120 s and are never shorter than 5", () => {
  expect(moved({ delay: 0, timeout: 20 }, 130)).toEqual({ delay: 100, timeout: 20 });
  expect(stretched({ delay: 100, timeout: 20 }, 101)).toEqual({ delay: 100, timeout: 5 });
  expect(startedAt({ delay: 10, timeout: 20 }, -3)).toEqual({ delay: 0, timeout: 30 });
  expect(endOf(oneByOne(3))).toBe(60);
  expect(endOf(oneByOne(40))).toBe(120);
});

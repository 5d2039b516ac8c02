/** A group is the documents SmartPBX writes, and what another client added to them stays. */
import { expect, test } from "vitest";

import { EMPTY_GROUP, formOf, type GroupForm, mainNode, ringNode, ringsFor } from "./groups";
import { node } from "./nodes";

const form: GroupForm = { ...EMPTY_GROUP, name: "Sales", extensions: ["2000"], members: [{ id: "u1", type: "user", delay: 0, timeout: 20 }, { id: "u2", type: "user", delay: 10, timeout: 20 }] };

test("the base flow rings the members, the main flow runs it and then tells that nobody is there", () => {
  expect(ringNode(form)).toEqual(node("ring_group", { name: "Sales", strategy: "simultaneous", timeout: 30, repeats: 1, endpoints: [{ id: "u1", endpoint_type: "user", delay: 0, timeout: 20 }, { id: "u2", endpoint_type: "user", delay: 10, timeout: 20 }] }));
  expect(mainNode(form, "base")).toEqual(node("callflow", { id: "base" }, { _: node("play", { id: "system_media/vm-not_available_no_voicemail" }) }));
});

test("one after the other needs no delays, and rings as long as all together", () => {
  const single = { ...form, strategy: "single" as const };
  expect(ringsFor(single)).toBe(40);
  expect(ringNode(single).data.endpoints).toMatchObject([{ delay: 0 }, { delay: 0 }]);
});

test("what was written is read back; a prefix goes in front, a recording node in front stays", () => {
  const full: GroupForm = { ...form, strategy: "weighted_random", repeats: 3, then: "voicemail:box", prefix: "Sales: " };
  const main = mainNode(full, "base");
  expect([main.module, main.children._?.module]).toEqual(["prepend_cid", "callflow"]);
  const doc = { id: "g", name: "Sales", endpoints: { u1: { type: "user" as const }, u2: { type: "user" as const } } };
  const flow = { id: "f", numbers: ["2000"], flow: main };
  const read = formOf({ doc, base: { id: "b", numbers: [], flow: ringNode(full) }, main: flow });
  expect({ ...read, members: full.members }).toEqual(full);
  const recorded = node("record_call", { action: "start" }, { _: mainNode(form, "base") });
  const changed = mainNode({ ...form, then: "voicemail:box" }, "base", recorded);
  expect([changed.module, changed.children._?.module, changed.children._?.children._?.module]).toEqual(["record_call", "callflow", "voicemail"]);
});

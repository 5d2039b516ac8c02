/** What the builder does to a flow: nothing is lost, nothing moves into itself, keys stay sensible. */
import { expect, test } from "vitest";

import { begin, record, redo, undo } from "./history";
import { layout } from "./layout";
import { choose, merge } from "./merge";
import { freeKeys, idOf, insert, keyForNew, move, nodeAt, orderedKeys, rekey, remove, walk } from "./tree";
import type { FlowNode, ModuleInfo } from "./types";

const node = (module: string, children: Record<string, FlowNode> = {}, more: object = {}): FlowNode => ({ module, data: {}, children, ...more });
const info = (kind: string, keys: string[] = []): ModuleInfo =>
  ({ exits: { wildcard: true, failures: kind === "causes", free: kind !== "causes", kind, keys: keys.map((key) => ({ key, en: key, fr: key })) } }) as unknown as ModuleInfo;
const flow = node("menu", { "1": node("user", { _: node("voicemail") }), "2": node("play"), _: node("hangup") });

test("G3 a step put where another stands pushes it further, and removing it brings it back", () => {
  const more = insert(flow, [], "1", node("sleep"));
  expect(nodeAt(more, ["1"])?.module).toBe("sleep");
  expect(nodeAt(more, ["1", "_"])?.module).toBe("user");
  expect(remove(more, ["1"])).toEqual(flow);
  expect(nodeAt(remove(flow, ["1"], true), ["1"])).toBeUndefined();
  expect(insert(undefined, [], "_", node("play")).module).toBe("play");
});

test("G3 a subtree moves with all below it, never into itself", () => {
  const moved = move(flow, ["1"], ["2"], "_");
  expect(nodeAt(moved?.root, ["2", "_", "_"])?.module).toBe("voicemail");
  expect(nodeAt(moved?.root, ["1"])).toBeUndefined();
  expect(move(flow, ["1"], ["1", "_"], "_")).toBeUndefined();
  expect(move(flow, [], ["1"], "_")).toBeUndefined();
});

test("G3 keys: digits for menus, outcomes for ringing, and taken ones change places", () => {
  expect(keyForNew(flow, info("digits", ["timeout"]))).toBe("3");
  expect(freeKeys(flow, info("digits", ["timeout"]))).not.toContain("1");
  expect(keyForNew(node("user"), info("causes"))).toBe("_");
  expect(nodeAt(rekey(flow, ["1"], "2"), ["1"])?.module).toBe("play");
  expect(orderedKeys(node("menu", { _: node("a"), "10": node("a"), timeout: node("a"), "2": node("a"), "0": node("a") }))).toEqual(["2", "10", "0", "timeout", "_"]);
});

test("G3 keys of other clients survive every change", () => {
  const foreign = node("menu", { "1": node("thing", {}, { x_other: [1] }) }, { note: "kept" });
  const changed = insert(foreign, ["1"], "_", node("play"));
  expect(changed.note).toBe("kept");
  expect(nodeAt(changed, ["1"])?.x_other).toEqual([1]);
});

test("G3 a flow of 2,000 steps is laid out without two steps on one spot", () => {
  const wide = node("menu", Object.fromEntries(Array.from({ length: 100 }, (_, i) => [String(i), Array.from({ length: 20 }).reduce<FlowNode>((below) => node("sleep", { _: below }), node("hangup"))])));
  const placed = layout(wide);
  expect(placed).toHaveLength(walk(wide).length);
  expect(new Set(placed.map(({ x, y }) => `${x} ${y}`)).size).toBe(placed.length);
  expect(placed[0]?.id).toBe(idOf([]));
});

test("G3 undo and redo, with typing in one field as one step", () => {
  let history = begin("a");
  history = record(history, "ab", "name", true);
  history = record(history, "abc", "name", true);
  history = record(history, "x", "add");
  expect(undo(history).present).toBe("abc");
  expect(undo(undo(history)).present).toBe("a");
  expect(redo(undo(history)).present).toBe("x");
});

test("D19 two people's changes come together; only what both touched is asked", () => {
  const base = { name: "Sales", numbers: ["1"], flow: flow as unknown };
  const mine = { ...base, flow: insert(flow, [], "3", node("play")) };
  const theirs = { ...base, name: "Sales team" };
  const both = merge(base, mine, theirs);
  expect(both.conflicts).toEqual([]);
  expect(both.merged).toEqual({ ...mine, name: "Sales team" });
  const clash = merge(base, { ...base, name: "A" }, { ...base, name: "B" });
  expect(clash.conflicts).toEqual([{ path: "name", mine: "A", theirs: "B" }]);
  expect(choose(clash.merged, "name", "B")).toEqual({ ...base, name: "B" });
});

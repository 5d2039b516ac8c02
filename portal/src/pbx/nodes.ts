/** Callflow documents as the pages read and write them; pure. */
import type { Identified } from "@/api";

export interface FlowNode {
  module: string;
  data: Record<string, unknown>;
  children: Record<string, FlowNode>;
}

export interface Callflow extends Identified {
  name?: string;
  numbers: string[];
  patterns?: string[];
  type?: string;
  owner_id?: string;
  group_id?: string;
  flow: FlowNode;
  featurecode?: false | { name?: string; number?: string };
}

/** A node without children unless given. */
export function node(module: string, data: Record<string, unknown> = {}, children: Record<string, FlowNode> = {}): FlowNode {
  return { module, data, children };
}

/** Where a call goes next, as a select's value: "callflow:<id>", "voicemail:<id>", … */
export type Target = string;

/** The value of a node: its module and the document it names. */
export function targetOf(found: FlowNode | undefined): Target | undefined {
  if (!found) return undefined;
  const id = found.data.id;
  return typeof id === "string" && id ? `${found.module}:${id}` : found.module;
}

/** The node of a value; what hangs below an old node with the same target is kept. */
export function nodeOf(target: Target, old?: FlowNode): FlowNode {
  if (old && targetOf(old) === target) return old;
  const [module = "", ...id] = target.split(":");
  const data = id.length ? { id: id.join(":") } : {};
  if (module === "user") return node(module, { ...data, can_call_self: false, timeout: 20 });
  return node(module, data);
}

/** The same node with some data changed. */
export function withData(old: FlowNode, data: Record<string, unknown>): FlowNode {
  return { ...old, data: Object.fromEntries(Object.entries({ ...old.data, ...data }).filter(([, value]) => value !== undefined)) };
}

/** The first node of a module along the `_` line, with the path to it; undefined when there is none. */
export function along(flow: FlowNode | undefined, module: string): FlowNode | undefined {
  for (let at = flow; at; at = at.children._) if (at.module === module) return at;
  return undefined;
}

/** The flow with the first node of `module` along the `_` line replaced by what `change` makes of it. */
export function mapAlong(flow: FlowNode, module: string, change: (found: FlowNode) => FlowNode): FlowNode {
  if (flow.module === module) return change(flow);
  return flow.children._ ? { ...flow, children: { ...flow.children, _: mapAlong(flow.children._, module, change) } } : flow;
}

/** A callflow without what the server computes, ready to be written back as a whole. */
export function writable(flow: Callflow): Omit<Callflow, "id"> {
  const { id: _id, ...rest } = flow;
  return Object.fromEntries(Object.entries(rest).filter(([key]) => !["metadata", "_read_only", "modules"].includes(key))) as unknown as Omit<Callflow, "id">;
}

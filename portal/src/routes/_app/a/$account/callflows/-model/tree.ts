/** Changes to a flow's tree, all pure: every function returns a new root and shares what it did not touch. */
import type { FlowNode, ModuleInfo, Path } from "./types";

export const WILDCARD = "_";

/** A path as the server writes it: `flow.children.1.children._`. */
export const idOf = (path: Path): string => ["flow", ...path.flatMap((key) => ["children", key])].join(".");

export const childrenOf = (node: FlowNode | undefined): Record<string, FlowNode> => {
  const children = node?.children;
  return children && typeof children === "object" && !Array.isArray(children) ? children : {};
};

export const dataOf = (node: FlowNode | undefined): Record<string, unknown> => {
  const data = node?.data;
  return data && typeof data === "object" && !Array.isArray(data) ? data : {};
};

export function nodeAt(root: FlowNode | undefined, path: Path): FlowNode | undefined {
  let node = root;
  for (const key of path) node = node && childrenOf(node)[key];
  return node;
}

/** The flow with the node at `path` replaced by what `change` makes of it (undefined removes it and all below). */
export function changeAt(root: FlowNode | undefined, path: Path, change: (node: FlowNode) => FlowNode | undefined): FlowNode | undefined {
  if (!root) return root;
  const [key, ...rest] = path;
  if (key === undefined) return change(root);
  const children = childrenOf(root);
  const child = children[key];
  if (!child) return root;
  const changed = changeAt(child, rest, change);
  if (changed === child) return root;
  const next = Object.fromEntries(Object.entries(children).flatMap(([name, node]) => (name === key ? (changed ? [[name, changed]] : []) : [[name, node]])));
  return { ...root, children: next };
}

/** Put `node` below `path` at `key`; what was there goes below the new node's wildcard, so that nothing is lost. */
export function insert(root: FlowNode | undefined, path: Path, key: string, node: FlowNode): FlowNode {
  if (!root) return node;
  const placed = (there: FlowNode | undefined): FlowNode => {
    if (!there) return node;
    const end = lastOf(node);
    return changeAt(node, end, (last) => ({ ...last, children: { ...childrenOf(last), [WILDCARD]: there } })) ?? node;
  };
  return changeAt(root, path, (parent) => ({ ...parent, children: { ...childrenOf(parent), [key]: placed(childrenOf(parent)[key]) } })) ?? node;
}

/** The last node along the wildcards. */
function lastOf(node: FlowNode): Path {
  const path: string[] = [];
  for (let at: FlowNode | undefined = node; at && childrenOf(at)[WILDCARD]; at = childrenOf(at)[WILDCARD]) path.push(WILDCARD);
  return path;
}

/** Remove one node; its wildcard child, if any, takes its place. With `whole`, all below goes too. */
export function remove(root: FlowNode | undefined, path: Path, whole = false): FlowNode | undefined {
  return changeAt(root, path, (node) => (whole ? undefined : childrenOf(node)[WILDCARD]));
}

export const isBelow = (path: Path, above: Path): boolean => above.every((key, index) => path[index] === key);

/** Move the subtree at `from` below `to` at `key`. Nothing moves into itself; undefined then. */
export function move(root: FlowNode, from: Path, to: Path, key: string): { root: FlowNode; path: Path } | undefined {
  const node = nodeAt(root, from);
  if (!node || from.length === 0 || isBelow(to, from)) return undefined;
  const without = remove(root, from, true);
  if (!without || !nodeAt(without, to)) return undefined;
  return { root: insert(without, to, key, node), path: [...to, key] };
}

/** Hang the node at `path` under another key of its parent; the two change places when the key is taken. */
export function rekey(root: FlowNode, path: Path, key: string): FlowNode {
  const parent = path.slice(0, -1);
  const old = path.at(-1);
  if (old === undefined || old === key) return root;
  const swap = (name: string) => (name === old ? key : name === key ? old : name);
  return (
    changeAt(root, parent, (node) => ({
      ...node,
      children: Object.fromEntries(Object.entries(childrenOf(node)).map(([name, child]) => [swap(name), child])),
    })) ?? root
  );
}

/** All nodes with their paths, parents first, children in a readable order of keys. */
export function walk(root: FlowNode | undefined): { path: Path; node: FlowNode }[] {
  const found: { path: Path; node: FlowNode }[] = [];
  const visit = (node: FlowNode, path: Path) => {
    found.push({ path, node });
    for (const key of orderedKeys(node)) {
      const child = childrenOf(node)[key];
      if (child && typeof child === "object") visit(child, [...path, key]);
    }
  };
  if (root) visit(root, []);
  return found;
}

/** Digits first, as on a telephone, then the rest as stored, the wildcard last. */
export function orderedKeys(node: FlowNode): string[] {
  const weight = (key: string) => (key === WILDCARD ? 4 : /^[1-9]\d*$/.test(key) ? 0 : /^[0*#]/.test(key) ? 1 : /^[a-z_]+$/.test(key) ? 3 : 2);
  return Object.keys(childrenOf(node)).toSorted((one, other) => weight(one) - weight(other) || (weight(one) === 0 ? Number(one) - Number(other) : 0));
}

/** Whether another child can hang below a node of this module. */
export const takesChildren = (info: ModuleInfo | undefined): boolean => !info || info.exits.wildcard || info.exits.failures || info.exits.free || info.exits.keys.length > 0;

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "*", "#"];
export const CAUSES = ["NO_ANSWER", "USER_BUSY", "CALL_REJECTED", "SUBSCRIBER_ABSENT", "NO_ROUTE_DESTINATION", "NORMAL_TEMPORARY_FAILURE"];

/** The keys a new child of `node` may take, the likeliest first; those that are taken are left out. */
export function freeKeys(node: FlowNode, info: ModuleInfo | undefined): string[] {
  const taken = childrenOf(node);
  const rules = dataOf(node).rules;
  const named = info?.exits.keys.map(({ key }) => key) ?? [];
  const byKind: Record<string, string[]> = {
    digits: [...DIGITS, ...named, WILDCARD],
    rules: [...(Array.isArray(rules) ? rules.filter((rule) => typeof rule === "string") : []), WILDCARD, ...named],
    causes: [WILDCARD, ...CAUSES, ...named],
  };
  const all = byKind[info?.exits.kind ?? ""] ?? (info?.exits.free ? [WILDCARD, ...named] : [...named, WILDCARD]);
  const allowed = info && !info.exits.wildcard ? all.filter((key) => key !== WILDCARD) : all;
  return allowed.filter((key) => !(key in taken));
}

/** The key for a child dropped on a node: a free one, else the wildcard (what is there then moves below the new one). */
export const keyForNew = (node: FlowNode, info: ModuleInfo | undefined): string => {
  const free = freeKeys(node, info);
  const kind = info?.exits.kind;
  if (kind === "causes" || !kind) return WILDCARD;
  return free[0] ?? WILDCARD;
};

/** Brings two people's changes of one document together: what only one of them touched is taken, the rest is a question. */

export interface Conflict {
  path: string;
  mine: unknown;
  theirs: unknown;
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** Merge `mine` and `theirs`, both made from `base`. Conflicts hold `mine` in the result until `choose` says otherwise. */
export function merge(base: unknown, mine: unknown, theirs: unknown, path = ""): { merged: unknown; conflicts: Conflict[] } {
  if (same(mine, theirs) || same(base, theirs)) return { merged: mine, conflicts: [] };
  if (same(base, mine)) return { merged: theirs, conflicts: [] };
  if (isObject(mine) && isObject(theirs) && mine.module === theirs.module) {
    const before = isObject(base) ? base : {};
    const merged: Record<string, unknown> = {};
    const conflicts: Conflict[] = [];
    for (const key of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
      const part = merge(before[key], mine[key], theirs[key], path ? `${path}.${key}` : key);
      if (part.merged !== undefined) merged[key] = part.merged;
      conflicts.push(...part.conflicts);
    }
    return { merged, conflicts };
  }
  return { merged: mine, conflicts: [{ path, mine, theirs }] };
}

/** The merged document with `value` at a conflict's path (undefined removes it). */
export function choose<T>(document: T, path: string, value: unknown): T {
  const [key = "", ...rest] = path.split(".");
  const holder = { ...(document as Record<string, unknown>) };
  const next = rest.length ? choose(holder[key] ?? {}, rest.join("."), value) : value;
  if (next === undefined) delete holder[key];
  else holder[key] = next;
  return holder as T;
}

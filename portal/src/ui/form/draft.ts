/** A document being edited: paths into it, what changed, and the merge patch that brings one state to the other; pure. */

export type Json = unknown;
type Plain = Record<string, Json>;

const plain = (value: Json): value is Plain => typeof value === "object" && value !== null && !Array.isArray(value);

/** The value at a dotted path, or undefined. */
export function at(value: Json, path: string): Json {
  return path.split(".").reduce<Json>((part, key) => (plain(part) ? part[key] : undefined), value);
}

/** A copy of `value` with `next` at a dotted path; undefined removes the key. */
export function put<T>(value: T, path: string, next: Json): T {
  const [key = "", ...rest] = path.split(".");
  const whole: Plain = plain(value) ? value : {};
  const part = rest.length ? put(whole[key] ?? {}, rest.join("."), next) : next;
  const copy: Plain = { ...whole, [key]: part };
  if (part === undefined) delete copy[key];
  return copy as T;
}

/** Equal as JSON, whatever the order of keys; a missing key equals undefined. */
export function same(one: Json, other: Json): boolean {
  if (Object.is(one, other)) return true;
  if (Array.isArray(one) && Array.isArray(other)) return one.length === other.length && one.every((part, index) => same(part, other[index]));
  if (!plain(one) || !plain(other)) return false;
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].every((key) => same(one[key], other[key]));
}

/** The PATCH body that makes `after` of `before`: only what differs, null for what is gone, arrays whole. */
export function mergePatch(before: Json, after: Json): Plain {
  const [from, to] = [plain(before) ? before : {}, plain(after) ? after : {}];
  const patch: Plain = {};
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const [old, next] = [from[key], to[key]];
    if (same(old, next)) continue;
    if (next === undefined) patch[key] = null;
    else patch[key] = plain(old) && plain(next) ? mergePatch(old, next) : next;
  }
  return patch;
}

/** Which of `paths` differ between two states. */
export function changedPaths(before: Json, after: Json, paths: readonly string[]): string[] {
  return paths.filter((path) => !same(at(before, path), at(after, path)));
}

/** Equal at the first level: what a picture's part looks at before it draws itself again. */
export function shallowEqual(one: object | undefined, other: object | undefined): boolean {
  if (one === other) return true;
  if (!one || !other) return false;
  const [a, b] = [Object.entries(one), new Map(Object.entries(other))];
  return a.length === b.size && a.every(([key, value]) => Object.is(value, b.get(key)));
}

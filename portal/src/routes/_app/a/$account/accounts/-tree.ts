/** Turns accounts read level by level into the rows of a list. */
import type { AccountRow } from "@/api";

export interface TreeRow extends AccountRow {
  /** How deep below the account of the page: 0 for its own customers. */
  level: number;
}

/** Rows in reading order; below an expanded account come its children, when they have been read. `order` sorts siblings. */
export function flatten(
  roots: readonly AccountRow[],
  children: ReadonlyMap<string, readonly AccountRow[] | undefined>,
  expanded: ReadonlySet<string>,
  order: (rows: readonly TreeRow[]) => TreeRow[],
  level = 0,
): TreeRow[] {
  return order(roots.map((row) => ({ ...row, level }))).flatMap((row) => {
    const below = expanded.has(row.id) ? children.get(row.id) : undefined;
    return below ? [row, ...flatten(below, children, expanded, order, level + 1)] : [row];
  });
}

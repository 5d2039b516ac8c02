/** Where the arrow keys lead. */
import type { Placed } from "./layout";
import { idOf, orderedKeys } from "./tree";
import type { FlowNode, Path } from "./types";

/** The first step after a step. */
export function firstChild(node: FlowNode | undefined, path: Path): Path | undefined {
  const key = node && orderedKeys(node)[0];
  return key === undefined ? undefined : [...path, key];
}

/** The next step above or below in the same column. */
export function beside(placed: readonly Placed[], path: Path, step: 1 | -1): Path | undefined {
  const column = placed.filter((each) => each.path.length === path.length).toSorted((one, other) => one.y - other.y);
  return column[column.findIndex(({ id }) => id === idOf(path)) + step]?.path;
}

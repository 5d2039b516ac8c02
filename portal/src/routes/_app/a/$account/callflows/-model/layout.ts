/** Where nodes stand: a tidy tree from left to right. One pass, so that a flow of thousands of nodes is laid out in a few ms. */
import { childrenOf, idOf, orderedKeys } from "./tree";
import type { FlowNode, Path } from "./types";

export const WIDTH = 224;
export const HEIGHT = 60;
const GAP_X = 124;
const GAP_Y = 18;

export interface Placed {
  id: string;
  path: Path;
  node: FlowNode;
  parent: string | null;
  /** The child key it hangs under; "" for the root. */
  exit: string;
  x: number;
  y: number;
}

/** Place every node; parents stand at the middle of their children. */
export function layout(root: FlowNode | undefined): Placed[] {
  const placed: Placed[] = [];
  let next = 0;
  const visit = (node: FlowNode, path: Path, parent: string | null): number => {
    const id = idOf(path);
    const at: Placed = { id, path, node, parent, exit: path.at(-1) ?? "", x: path.length * (WIDTH + GAP_X), y: 0 };
    placed.push(at);
    const rows = orderedKeys(node).flatMap((key) => {
      const child = childrenOf(node)[key];
      return child && typeof child === "object" ? [visit(child, [...path, key], id)] : [];
    });
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined) {
      at.y = next;
      next += HEIGHT + GAP_Y;
    } else at.y = (first + last) / 2;
    return at.y;
  };
  if (root) visit(root, [], null);
  return placed;
}

/** Gives a picture's part back as the very object it was when nothing of it changed, so that only what changed is drawn again. */
import type { Edge, Node } from "@xyflow/react";

import { shallowEqual } from "./shallow";

function keeper<T extends { id: string }>(same: (one: T, other: T) => boolean): (parts: readonly T[]) => T[] {
  let before = new Map<string, T>();
  return (parts) => {
    const kept = parts.map((part) => {
      const old = before.get(part.id);
      return old && same(old, part) ? old : part;
    });
    before = new Map(kept.map((part) => [part.id, part]));
    return kept;
  };
}

export const keepNodes = <T extends Node>() => keeper<T>((one, other) => one.position.x === other.position.x && one.position.y === other.position.y && one.zIndex === other.zIndex && one.draggable === other.draggable && shallowEqual(one.data, other.data));

export const keepEdges = <T extends Edge>() => keeper<T>((one, other) => one.source === other.source && shallowEqual(one.data, other.data));

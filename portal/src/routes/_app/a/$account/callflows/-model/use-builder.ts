/** The state of one builder: the document with its history, what is selected, the clipboard, and every change one can make. */
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";

import { begin, type History, record, redo, undo } from "./history";
import { changeAt, childrenOf, dataOf, idOf, insert, keyForNew, move, nodeAt, rekey, remove } from "./tree";
import type { Callflow, FlowNode, Path, Registry } from "./types";

const CLIPBOARD = "qvoice.flow.clipboard";

export interface Builder {
  document: Callflow;
  changed: boolean;
  history: History<Callflow>;
  selected: Path | null;
  select: (path: Path | null) => void;
  undo: () => void;
  redo: () => void;
  /** Change anything of the document. `merge`: typing, which counts as one step as long as it goes on. */
  edit: (what: string, change: (document: Callflow) => Callflow, merge?: boolean) => void;
  add: (parent: Path, node: FlowNode, key?: string) => void;
  setData: (path: Path, key: string, value: unknown) => void;
  replaceNode: (path: Path, node: FlowNode) => void;
  removeAt: (path: Path, whole?: boolean) => void;
  moveTo: (from: Path, to: Path, key?: string) => boolean;
  setKey: (path: Path, key: string) => void;
  copy: (path: Path) => void;
  paste: (parent: Path) => boolean;
  /** Begin again from a document as it is stored. */
  reset: (document: Callflow) => void;
  /** What is shown now is what is stored. */
  saved: (document: Callflow) => void;
}

export function useBuilder(initial: Callflow, registry: Registry): Builder {
  const [history, setHistory] = useState(() => begin(initial));
  const [stored, setStored] = useState(initial);
  const [selected, select] = useState<Path | null>(null);
  const latest = useRef(history);
  useLayoutEffect(() => {
    latest.current = history;
  });
  const document = history.present;

  const edit = useCallback<Builder["edit"]>((what, change, merge = false) => setHistory((now) => record(now, change(now.present), what, merge)), []);
  const root = useCallback(() => latest.current.present.flow, []);
  const flow = useCallback((what: string, change: (flow: FlowNode | undefined) => FlowNode | undefined, merge = false) => edit(what, (doc) => ({ ...doc, flow: change(doc.flow) }), merge), [edit]);

  return useMemo(() => {
    const keyBelow = (parent: Path) => {
      const node = nodeAt(root(), parent);
      return node ? keyForNew(node, registry.get(node.module)) : "_";
    };
    const add: Builder["add"] = (parent, node, key) => {
      if (!root()) {
        flow("add", () => node);
        select([]);
        return;
      }
      const where = key ?? keyBelow(parent);
      flow("add", (now) => insert(now, parent, where, node));
      select([...parent, where]);
    };
    return {
      document,
      changed: document !== stored,
      history,
      selected: selected && nodeAt(document.flow, selected) ? selected : null,
      select,
      undo: () => setHistory(undo),
      redo: () => setHistory(redo),
      edit,
      add,
      setData: (path, key, value) =>
        flow(
          `${idOf(path)} ${key}`,
          (now) =>
            changeAt(now, path, (node) => {
              const data = { ...dataOf(node), [key]: value };
              if (value === undefined) delete data[key];
              return { ...node, data };
            }),
          true,
        ),
      replaceNode: (path, node) => flow("json", (now) => changeAt(now, path, () => node)),
      removeAt: (path, whole = false) => {
        flow("remove", (now) => remove(now, path, whole));
        const keeps = !whole && childrenOf(nodeAt(root(), path))._;
        select(keeps ? path : path.length ? path.slice(0, -1) : null);
      },
      moveTo: (from, to, key) => {
        const now = root();
        const moved = now && move(now, from, to, key ?? keyBelow(to));
        if (!moved) return false;
        flow("move", () => moved.root);
        select(moved.path);
        return true;
      },
      setKey: (path, key) => {
        flow("key", (now) => now && rekey(now, path, key));
        select([...path.slice(0, -1), key]);
      },
      copy: (path) => {
        const node = nodeAt(root(), path);
        if (node) localStorage.setItem(CLIPBOARD, JSON.stringify(node));
      },
      paste: (parent) => {
        const text = localStorage.getItem(CLIPBOARD);
        if (!text) return false;
        add(parent, JSON.parse(text) as FlowNode);
        return true;
      },
      reset: (next) => {
        setHistory(begin(next));
        setStored(next);
      },
      saved: (next) => {
        setStored(next);
        setHistory((now) => ({ ...now, present: next }));
      },
    };
  }, [document, stored, history, selected, registry, edit, flow, root]);
}

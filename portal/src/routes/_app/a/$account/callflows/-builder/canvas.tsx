/**
 * The picture of a flow. Everything the mouse does here the keyboard does too: arrows walk, A adds, Enter edits, Delete removes, copy, cut and paste
 * move subtrees. Only steps in sight are in the page, so that flows of hundreds of steps stay fluid.
 */
import "@xyflow/react/dist/base.css";

import { Background, BackgroundVariant, Controls, type EdgeTypes, type NodeTypes, ReactFlow, ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { type DragEvent, type KeyboardEvent, useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { HEIGHT, layout, type Placed, WIDTH } from "../-model/layout";
import { beside, firstChild } from "../-model/walking";
import { countProblems } from "../-model/problems";
import { childrenOf, idOf, isBelow, nodeAt, takesChildren } from "../-model/tree";
import { keepEdges, keepNodes } from "../-model/stable";
import type { FlowNode, FlowProblem, Path } from "../-model/types";
import type { Builder } from "../-model/use-builder";
import { titleOf } from "../-model/use-modules";
import classes from "./builder.module.css";
import { EmptyFlow } from "./empty-flow";
import { type ExitEdge, ExitLine } from "./exit-line";
import { DRAG_TYPE } from "./palette";
import { Step, type StepNode } from "./step";
import { exitName, settingOf, type Telling } from "./words-of";

const NODE_TYPES: NodeTypes = { step: Step };
const EDGE_TYPES: EdgeTypes = { exit: ExitLine };
/** From so many steps on only those in sight are drawn. */
const MANY = 120;
const FIT = { padding: 0.06, maxZoom: 1, minZoom: 0.6 };

interface Props {
  builder: Builder;
  telling: Telling;
  problems: readonly FlowProblem[];
  /** Ids of the steps a simulated call came through, in order; null when none is shown. */
  trail: readonly string[] | null;
  onAdd: () => void;
  onEdit: () => void;
}

export function Canvas(props: Props) {
  return (
    <ReactFlowProvider>
      <Picture {...props} />
    </ReactFlowProvider>
  );
}

function Picture({ builder, telling, problems, trail, onAdd, onEdit }: Props) {
  const { t } = useTranslation(["callflows", "ui"]);
  const flow = useReactFlow();
  const box = useRef<HTMLDivElement>(null);
  const [over, setOver] = useState<string | null>(null);
  const [drag, setDrag] = useState<{ id: string; x: number; y: number } | null>(null);
  const root = builder.document.flow;
  const placed = useMemo(() => layout(root), [root]);
  const byId = useMemo(() => new Map(placed.map((each) => [each.id, each])), [placed]);
  const selectedId = builder.selected ? idOf(builder.selected) : null;
  const [last, setLast] = useState("flow");
  if (selectedId && selectedId !== last) setLast(selectedId);
  const stop = selectedId ?? (byId.has(last) ? last : "flow");
  const counts = useMemo(() => countProblems(problems, byId), [problems, byId]);
  const visited = useMemo(() => new Map(trail?.map((id, index) => [id, index + 1])), [trail]);

  const [keepNode] = useState(() => keepNodes<StepNode>());
  const [keepEdge] = useState(() => keepEdges<ExitEdge>());
  const nodes = useMemo(
    () =>
      keepNode(placed.map(({ id, node, parent, exit, x, y }): StepNode => {
        const info = telling.registry.get(node.module);
        const above = parent ? byId.get(parent)?.node : undefined;
        const found = counts.get(id);
        return {
          id,
          type: "step",
          position: drag?.id === id ? drag : { x, y },
          width: WIDTH,
          height: HEIGHT,
          focusable: false,
          draggable: parent !== null,
          zIndex: drag?.id === id ? 1000 : 0,
          data: {
            title: telling.words(titleOf(node, telling.registry)),
            setting: settingOf(telling, node, info),
            exit: above ? exitName(telling, telling.registry.get(above.module), exit, Object.keys(childrenOf(above)).length === 1) : "",
            icon: info?.icon ?? "",
            known: info !== undefined,
            skipped: node.data?.skip_module === true,
            selected: id === selectedId,
            errors: found?.errors ?? 0,
            warnings: found?.warnings ?? 0,
            visited: visited.get(id),
            dimmed: trail !== null && !visited.has(id),
            droppable: over === id,
            first: parent === null,
            stop: id === stop,
          },
        };
      })),
    [keepNode, placed, byId, telling, counts, visited, trail, selectedId, stop, over, drag],
  );
  const edges = useMemo(
    () =>
      keepEdge(placed.flatMap(({ id, parent, exit }): ExitEdge[] => {
        const above = parent ? byId.get(parent)?.node : undefined;
        if (!parent || !above) return [];
        const name = exitName(telling, telling.registry.get(above.module), exit, Object.keys(childrenOf(above)).length === 1);
        return [{ id: `to ${id}`, source: parent, target: id, type: "exit", focusable: false, data: { name, visited: visited.has(id) && visited.has(parent) } }];
      })),
    [keepEdge, placed, byId, telling, visited],
  );

  // What is selected is brought into sight and gets the keyboard, unless one is typing in a form.
  const show = (path: Path, focus: boolean) => {
    const at = byId.get(idOf(path)) ?? layout(builder.document.flow).find(({ id }) => id === idOf(path));
    if (!at) return;
    const { x, y, zoom } = flow.getViewport();
    const size = box.current?.getBoundingClientRect();
    const [left, top] = [at.x * zoom + x, at.y * zoom + y];
    const inSight = size && left > 8 && top > 8 && left + WIDTH * zoom < size.width - 8 && top + HEIGHT * zoom < size.height - 8;
    if (!inSight) void flow.setCenter(at.x + WIDTH / 2, at.y + HEIGHT / 2, { zoom });
    if (focus) requestAnimationFrame(() => requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-step="${CSS.escape(at.id)}"]`)?.focus({ preventScroll: true })));
  };
  const shown = useRef<string | null>(null);
  const empty = placed.length === 0;
  // A flow that fits is shown whole; of a larger one the beginning, large enough to read.
  const fit = useEffectEvent(() => {
    const size = box.current?.getBoundingClientRect();
    const first = placed[0];
    if (!size || !first) return;
    const [width, height] = [Math.max(...placed.map(({ x }) => x)) + WIDTH, Math.max(...placed.map(({ y }) => y)) + HEIGHT];
    const zoom = Math.min(1, (size.width * 0.9) / width, (size.height * 0.9) / height);
    if (zoom >= FIT.minZoom) void flow.fitView(FIT);
    else void flow.setViewport({ x: 32, y: size.height / 2 - (first.y + HEIGHT / 2) * 0.8, zoom: 0.8 });
  });
  useEffect(() => {
    if (!empty) requestAnimationFrame(() => requestAnimationFrame(() => fit()));
  }, [empty]);
  useEffect(() => {
    if (!builder.selected || shown.current === selectedId) return;
    shown.current = selectedId;
    // A step that was deleted takes the focus with it: it goes to what is selected now.
    show(builder.selected, document.activeElement === document.body || (box.current?.contains(document.activeElement) ?? false));
  });

  // A panel that opens must not cover what it is about.
  const keepInSight = useEffectEvent(() => builder.selected && show(builder.selected, false));
  useEffect(() => {
    const watch = new ResizeObserver(() => keepInSight());
    if (box.current) watch.observe(box.current);
    return () => watch.disconnect();
  }, []);

  const dropTarget = (x: number, y: number, except?: Path): Placed | undefined =>
    placed.find((each) => x >= each.x - 8 && x <= each.x + WIDTH + 8 && y >= each.y - 8 && y <= each.y + HEIGHT + 8 && !(except && isBelow(each.path, except)) && takesChildren(telling.registry.get(each.node.module)));
  const onDragOver = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes(DRAG_TYPE)) return;
    event.preventDefault();
    const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    setOver(dropTarget(x, y)?.id ?? null);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(null);
    const node = JSON.parse(event.dataTransfer.getData(DRAG_TYPE)) as FlowNode;
    const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    const target = dropTarget(x, y);
    if (target || !root) builder.add(target?.path ?? [], node);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const path = builder.selected;
    const id = (event.target as HTMLElement).closest<HTMLElement>("[data-step]")?.dataset.step;
    const at = path ?? (id ? byId.get(id)?.path : undefined);
    if (!at) return;
    const command = event.ctrlKey || event.metaKey;
    const go = (next: Path | undefined) => {
      if (!next) return;
      builder.select(next);
      show(next, true);
    };
    const actions: Record<string, () => void> = command
      ? {
          c: () => builder.copy(at),
          x: () => (builder.copy(at), builder.removeAt(at, true)),
          v: () => void builder.paste(at),
        }
      : {
          ArrowRight: () => go(firstChild(nodeAt(root, at), at)),
          ArrowLeft: () => go(at.length ? at.slice(0, -1) : undefined),
          ArrowDown: () => go(beside(placed, at, 1)),
          ArrowUp: () => go(beside(placed, at, -1)),
          Home: () => go([]),
          Enter: () => (path ? onEdit() : go(at)),
          a: onAdd,
          Delete: () => builder.removeAt(at, event.shiftKey),
          Backspace: () => builder.removeAt(at, event.shiftKey),
          Escape: () => builder.select(null),
        };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  };

  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- the steps inside are buttons; keys bubble up from them
    <div ref={box} className={classes.canvas} onDragOver={onDragOver} onDragLeave={() => setOver(null)} onDrop={onDrop} onKeyDown={onKeyDown} data-steps={placed.length}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        fitViewOptions={FIT}
        minZoom={0.1}
        maxZoom={1.5}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        zoomOnDoubleClick={false}
        panOnScroll
        onlyRenderVisibleElements={placed.length > MANY}
        proOptions={{ hideAttribution: true }}
        aria-label={t("canvas.label")}
        onNodeClick={(_event, node) => builder.select(byId.get(node.id)?.path ?? null)}
        onNodeDoubleClick={onEdit}
        onPaneClick={() => builder.select(null)}
        onNodeDrag={(_event, node) => {
          setDrag({ id: node.id, ...node.position });
          setOver(dropTarget(node.position.x + WIDTH / 2, node.position.y + HEIGHT / 2, byId.get(node.id)?.path)?.id ?? null);
        }}
        onNodeDragStop={(_event, node) => {
          const from = byId.get(node.id)?.path;
          const target = dropTarget(node.position.x + WIDTH / 2, node.position.y + HEIGHT / 2, from);
          setDrag(null);
          setOver(null);
          if (from && target) builder.moveTo(from, target.path);
        }}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.5} color="var(--qv-line-strong)" />
        <Controls showInteractive={false} position="bottom-left" aria-label={t("canvas.controls")} />
        {!root && <EmptyFlow onAdd={onAdd} />}
      </ReactFlow>
    </div>
  );
}

/** The line from a step to the next, with the exit's name on it. Dropping something on the name puts it in between. */
import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps, getSmoothStepPath } from "@xyflow/react";
import { memo } from "react";

import { shallowEqual } from "../-model/shallow";
import classes from "./builder.module.css";

export interface ExitData extends Record<string, unknown> {
  name: string;
  visited: boolean;
}

export type ExitEdge = Edge<ExitData, "exit">;

export const ExitLine = memo(function ExitLine({ id, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, data }: EdgeProps<ExitEdge>) {
  const [line] = getSmoothStepPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, borderRadius: 8, offset: 8, centerX: sourceX + 12 });
  return (
    <>
      <BaseEdge id={id} path={line} className={classes.line} data-visited={data?.visited || undefined} />
      {data?.name && (
        <EdgeLabelRenderer>
          <span className={classes.exit} data-visited={data.visited || undefined} title={data.name} style={{ transform: `translate(-100%, -50%) translate(${targetX - 8}px, ${targetY}px)` }}>
            {data.name}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
}, (one, other) => one.id === other.id && one.sourceX === other.sourceX && one.sourceY === other.sourceY && one.targetX === other.targetX && one.targetY === other.targetY && shallowEqual(one.data, other.data));

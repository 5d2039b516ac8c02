/** One step on the canvas: a button with its icon, name and setting, badges for problems, a mark when a simulated call comes by. */
import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { IconAlertTriangle, IconExclamationCircle } from "@tabler/icons-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";

import { shallowEqual } from "../-model/shallow";
import { ModuleIcon } from "./icons";
import classes from "./builder.module.css";

export interface StepData extends Record<string, unknown> {
  title: string;
  setting: string;
  exit: string;
  icon: string;
  known: boolean;
  skipped: boolean;
  selected: boolean;
  errors: number;
  warnings: number;
  /** Its place in the simulated call's path, 1 first. */
  visited: number | undefined;
  dimmed: boolean;
  droppable: boolean;
  first: boolean;
  /** Where the Tab key comes into the picture. */
  stop: boolean;
}

export type StepNode = Node<StepData, "step">;

export const Step = memo(function Step({ id, data }: NodeProps<StepNode>) {
  const { t } = useTranslation(["callflows", "ui"]);
  // Read aloud before and after what is seen, so that the name one hears holds the words one sees.
  const after = [data.errors ? t("step.errors", { count: data.errors }) : "", data.warnings ? t("step.warnings", { count: data.warnings }) : "", data.visited ? t("step.visited", { place: data.visited }) : ""].filter(Boolean).join(", ");
  return (
    <>
      {!data.first && <Handle type="target" position={Position.Left} className={classes.handle} isConnectable={false} />}
      <button
        type="button"
        className={classes.step}
        data-step={id}
        data-selected={data.selected || undefined}
        data-unknown={!data.known || undefined}
        data-skipped={data.skipped || undefined}
        data-visited={data.visited ? true : undefined}
        data-dimmed={data.dimmed || undefined}
        data-droppable={data.droppable || undefined}
        tabIndex={data.stop ? 0 : -1}
        aria-current={data.selected ? "true" : undefined}
      >
        {data.exit && <span className="visually-hidden">{t("step.after", { exit: data.exit })} </span>}
        <span className={classes.stepIcon} aria-hidden>
          <ModuleIcon name={data.icon} />
        </span>
        <span className={classes.stepText}>
          <span className={classes.stepTitle}>{data.title}</span>{" "}
          {data.setting && <span className={classes.stepSetting}>{data.setting}</span>}
        </span>
        {data.errors > 0 && <IconExclamationCircle size={16} className={classes.bad} aria-hidden />}
        {data.errors === 0 && data.warnings > 0 && <IconAlertTriangle size={16} className={classes.warn} aria-hidden />}
        {after && <span className="visually-hidden"> {after}</span>}
        {data.visited && (
          <span className={classes.stepPlace} aria-hidden>
            {data.visited}
          </span>
        )}
      </button>
      <Handle type="source" position={Position.Right} className={classes.handle} isConnectable={false} />
    </>
  );
}, (one, other) => one.id === other.id && shallowEqual(one.data, other.data));

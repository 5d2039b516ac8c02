/** An empty place that teaches: what would be here, why it is not, and one action. */
import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";

import classes from "./states.module.css";

interface Props {
  icon: Icon;
  title: string;
  text: string;
  action?: ReactNode;
}

export function EmptyState({ icon: Symbol, title, text, action }: Props) {
  return (
    <div className={classes.empty}>
      <Symbol size={28} stroke={1.5} aria-hidden />
      <h2 className={classes.title}>{title}</h2>
      <p className={classes.text}>{text}</p>
      {action}
    </div>
  );
}

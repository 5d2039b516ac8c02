/** The head of a page: its name, one line that says what it is for, and its primary action. */
import type { ReactNode } from "react";

import classes from "./page.module.css";

interface Props {
  title: string;
  about?: string;
  children?: ReactNode;
}

export function PageHeader({ title, about, children }: Props) {
  return (
    <header className={classes.header}>
      <div>
        <h1 className={classes.title}>{title}</h1>
        {about && <p className={classes.about}>{about}</p>}
      </div>
      {children && <div className={classes.actions}>{children}</div>}
    </header>
  );
}

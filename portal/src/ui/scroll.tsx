/** What may be wider than the screen, such as a table of numbers: it scrolls by itself, by finger and by arrow keys. */
import type { ReactNode } from "react";

import classes from "./states.module.css";

export function Scroll({ label, children }: { label: string; children: ReactNode }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- without a stop of its own nobody could scroll it by keyboard
    <section className={classes.scroll} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}

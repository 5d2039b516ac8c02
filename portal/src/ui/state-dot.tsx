/** A state: a coloured dot and always the word for it. */
import classes from "./states.module.css";

export type Tone = "good" | "warn" | "bad" | "off";

export function StateDot({ tone, children }: { tone: Tone; children: string }) {
  return (
    <span className={classes.state}>
      <span className={classes.dot} data-tone={tone} aria-hidden />
      <span className={classes.stateText}>{children}</span>
    </span>
  );
}

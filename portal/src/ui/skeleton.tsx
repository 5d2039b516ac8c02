/** A grey bar where text will be. */
import classes from "./states.module.css";

export function Skeleton({ width }: { width: number }) {
  return <span className={classes.skeleton} style={{ width }} aria-hidden />;
}

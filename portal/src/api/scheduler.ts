/** Answers that come within one picture are shown by one: a page that reads four lists is drawn once, not four times. */
import { notifyManager } from "@tanstack/react-query";

let waiting: (() => void)[] = [];

function run(): void {
  const now = waiting;
  waiting = [];
  for (const tell of now) tell();
}

/** Have queries tell what they know once a picture; where none are drawn (a tab in the background) at once. */
export function tellByPicture(): void {
  notifyManager.setScheduler((tell) => {
    if (waiting.push(tell) > 1) return;
    if (document.hidden) setTimeout(run, 0);
    else requestAnimationFrame(run);
  });
}

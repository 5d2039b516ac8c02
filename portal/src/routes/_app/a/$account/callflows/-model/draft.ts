/** Keeps unsaved work in this browser: a closed tab or a crash loses nothing, and nothing of it is live before "Save". */
import type { Callflow } from "./types";

export interface Draft {
  revision: number;
  at: number;
  document: Callflow;
}

const key = (account: string, flow: string) => `qvoice.draft.${account}.${flow}`;

export function readDraft(account: string, flow: string): Draft | null {
  const text = localStorage.getItem(key(account, flow));
  if (!text) return null;
  try {
    return JSON.parse(text) as Draft;
  } catch {
    // Half-written by a browser that died: it cannot be shown, and would be in the way for ever.
    localStorage.removeItem(key(account, flow));
    return null;
  }
}

/** Keep a draft; false when the browser has no room (then only the page itself holds the work). */
export function keepDraft(account: string, flow: string, draft: Draft): boolean {
  try {
    localStorage.setItem(key(account, flow), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export const dropDraft = (account: string, flow: string): void => localStorage.removeItem(key(account, flow));

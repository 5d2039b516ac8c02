/** Undo and redo: whole documents are kept, which cost little because they share what did not change. */
const MOST = 200;

export interface History<T> {
  past: readonly { value: T; what: string }[];
  present: T;
  future: readonly { value: T; what: string }[];
}

export const begin = <T>(present: T): History<T> => ({ past: [], present, future: [] });

/** Record a change. Changes with the same `merge` text that follow each other (typing in one field) are one step. */
export function record<T>(history: History<T>, next: T, what: string, merge = false): History<T> {
  if (Object.is(next, history.present)) return history;
  const last = history.past.at(-1);
  if (merge && last?.what === what && history.future.length === 0) return { ...history, present: next };
  return { past: [...history.past, { value: history.present, what }].slice(-MOST), present: next, future: [] };
}

export function undo<T>(history: History<T>): History<T> {
  const last = history.past.at(-1);
  if (!last) return history;
  return { past: history.past.slice(0, -1), present: last.value, future: [{ value: history.present, what: last.what }, ...history.future] };
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...rest] = history.future;
  if (!next) return history;
  return { past: [...history.past, { value: history.present, what: next.what }], present: next.value, future: rest };
}

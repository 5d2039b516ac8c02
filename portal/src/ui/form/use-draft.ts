/** The state of a form over a document: what the server has, what one has typed, and what is wrong with it. */
import { type ChangeEvent, useState } from "react";

import { at, put, same } from "./draft";

export interface Draft<T> {
  base: T;
  value: T;
  dirty: boolean;
  errors: Record<string, string>;
  setErrors: (errors: Record<string, string>) => void;
  set: (path: string, next: unknown) => void;
  change: (make: (now: T) => T) => void;
  reset: () => void;
  /** Make `next` what the server has: nothing is unsaved any more. */
  adopt: (next: T) => void;
  /** Props of a text input, select or number input over a path. */
  field: (path: string) => { value: string; onChange: (next: string | number | null | ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => void; error: string | undefined };
  /** Props of a switch or checkbox; `fallback` is what an absent value means. */
  toggle: (path: string, fallback?: boolean) => { checked: boolean; onChange: (event: ChangeEvent<HTMLInputElement>) => void };
}

/** A draft of `server`; a change made elsewhere is taken over as long as nothing was typed here. */
export function useDraft<T extends object>(server: T): Draft<T> {
  const [base, setBase] = useState(server);
  const [value, setValue] = useState(server);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const dirty = !same(base, value);
  if (!same(server, base) && !dirty) {
    setBase(server);
    setValue(server);
  }
  const set = (path: string, next: unknown) => {
    setValue((now) => put(now, path, next));
    setErrors((now) => Object.fromEntries(Object.entries(now).filter(([field]) => field !== path)));
  };
  return {
    base,
    value,
    dirty,
    errors,
    setErrors,
    set,
    change: setValue,
    reset: () => {
      setValue(base);
      setErrors({});
    },
    adopt: (next) => {
      setBase(next);
      setValue(next);
      setErrors({});
    },
    field: (path) => {
      const now = at(value, path);
      return {
        value: now === undefined || now === null ? "" : String(now),
        onChange: (next) => set(path, typeof next === "object" && next !== null ? next.currentTarget.value : (next ?? undefined)),
        error: errors[path],
      };
    },
    toggle: (path, fallback = false) => ({
      checked: (at(value, path) ?? fallback) === true,
      onChange: (event) => set(path, event.currentTarget.checked),
    }),
  };
}

/** What guards an account: the keys one may set, and what their absence means. Pure. */
import type { Fraud, Guards } from "@/office/lock";

/** The classes of numbers that can be closed (core.dialing.classify); calls for help never can. */
export const CLASSES = ["international", "caribbean", "toll_us", "national_premium", "unknown", "did_us", "tollfree_us", "national", "national_mobile", "national_tollfree"] as const;

const KEYS = ["blocked_classes", "max_forwarded_calls", "velocity", "off_hours", "unusual", "lock_to"] as const;

/** Only what was set for this account; the rest of the document is the server's. */
export function ownGuards(fraud: Fraud): Guards {
  const own: Record<string, unknown> = {};
  for (const key of KEYS) if (fraud[key] !== undefined && fraud[key] !== null) own[key] = fraud[key];
  return own as Guards;
}

/** The closed classes after one was opened or closed; undefined when that is what holds by itself. */
export function toggled(fraud: Fraud, now: readonly string[] | undefined, name: string, closed: boolean): string[] {
  const before = now ?? fraud.in_force.blocked_classes;
  return closed ? [...new Set([...before, name])].toSorted() : before.filter((one) => one !== name);
}

/** A guard of several numbers after one was written or emptied; undefined when none is left, and the default holds. */
export function withPart<T extends object>(guard: T | undefined, part: keyof T, next: string | number): T | undefined {
  const { [part]: _, ...rest } = { ...guard } as T;
  if (next !== "") return { ...rest, [part]: Number(next) } as T;
  return Object.keys(rest).length > 0 ? (rest as T) : undefined;
}

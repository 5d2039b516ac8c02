/** What the command palette offers for a text: pages, accounts, users, numbers, actions; pure, so it is tested without a screen. */
import type { AccountRow, UserRow } from "@/api";

export type EntryKind = "pages" | "accounts" | "users" | "numbers" | "actions";

export interface Entry {
  kind: EntryKind;
  id: string;
  label: string;
  hint?: string;
  run: () => void;
}

/** Fold case and accents, so that "cote" finds "Côté". */
export function fold(text: string): string {
  // Most texts have none: a hundred thousand rows are searched at each key.
  // oxlint-disable-next-line no-control-regex -- that is what ASCII is
  if (/^[\x00-\x7f]*$/.test(text)) return text.toLowerCase();
  return text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
}

/** How well `text` names `label`: 0 starts with it, 1 a word starts with it, 2 contains it, undefined not at all. */
export function rank(label: string, text: string): 0 | 1 | 2 | undefined {
  const [name, wanted] = [fold(label), fold(text.trim())];
  if (name.startsWith(wanted)) return 0;
  if (name.split(/[\s@._-]+/).some((word) => word.startsWith(wanted))) return 1;
  return name.includes(wanted) ? 2 : undefined;
}

/** Keep the entries that `text` names, the best of each kind first, at most `limit` of a kind. */
export function matching(entries: readonly Entry[], text: string, limit = 6): Entry[] {
  const kinds: EntryKind[] = ["pages", "users", "accounts", "numbers", "actions"];
  const scored = entries
    .map((entry) => ({ entry, score: text.trim() ? rank(`${entry.label} ${entry.hint ?? ""}`, text) : 0 }))
    .filter(({ score }) => score !== undefined)
    .toSorted((one, other) => (one.score ?? 0) - (other.score ?? 0));
  return kinds.flatMap((kind) => scored.filter(({ entry }) => entry.kind === kind).slice(0, limit)).map(({ entry }) => entry);
}

/** A user's name as the portal writes it. */
export function userName(user: Pick<UserRow, "first_name" | "last_name">): string {
  return `${user.first_name} ${user.last_name}`.trim();
}

/** One entry per account, each once, however many searches found it. */
export function distinctAccounts(...lists: (readonly AccountRow[] | undefined)[]): AccountRow[] {
  return [...new Map(lists.flatMap((rows) => rows ?? []).map((row) => [row.id, row])).values()];
}

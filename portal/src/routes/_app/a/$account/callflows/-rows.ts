/** Rows of the callflow list, and what its filters mean; pure. */
import { contains } from "@/ui/list/columns";
import { readable } from "@/ui/phone-number";

export interface FlowRow {
  id: string;
  name?: string;
  type?: string;
  numbers: string[];
  patterns: string[];
  owner_id?: string;
  featurecode?: false | { name?: string; number?: string };
  modules: string[];
}

export const KINDS = ["main", "user", "group", "featurecode", "outside", "unused", "other"] as const;
export type Kind = (typeof KINDS)[number];

/** What a flow is for. `unused`: nothing leads there, by number, pattern or another flow. */
export function kindOf(row: FlowRow): Kind {
  if (row.featurecode) return "featurecode";
  if (row.numbers.includes("no_match")) return "outside";
  if (row.type === "main" || row.numbers.some((number) => /^Main|undefinedMainNumber/.test(number))) return "main";
  if (row.type === "mainUserCallflow" || row.owner_id) return "user";
  if (row.type === "userGroup" || row.type === "baseGroup") return "group";
  if (row.numbers.length === 0 && row.patterns.length === 0) return "unused";
  return "other";
}

export const labelOf = (row: FlowRow): string => row.name || (row.featurecode && row.featurecode.name) || row.numbers.map(readable)[0] || row.patterns[0] || row.id.slice(0, 8);

/** A pattern as one dials it, "*3…"; one that does not say a beginning and digits stays as it is. */
export function dialledPattern(pattern: string): string {
  const [, start, more] = /^\^((?:\\?[*#+]|\d)+)(\(\[0-9\][*+]\)|\(\\d[*+]\))?\$$/.exec(pattern) ?? [];
  return start === undefined ? pattern : start.replaceAll("\\", "") + (more ? "…" : "");
}

/** What leads to a flow, for people. A number that nobody can dial (a base group's, a placeholder's) is not one. */
export const reachedBy = (row: FlowRow): string => [...row.numbers.filter((number) => !/^(undefined|unused-|[a-z0-9]{25}$)/.test(number)).map(readable), ...row.patterns.map(dialledPattern)].join(", ");

export interface Filter {
  q: string;
  kind?: string;
  module?: string;
  owner?: string;
}

/** Rows that a search and the filters leave. Numbers are found with and without their grouping. */
export function filtered(rows: readonly FlowRow[], { q, kind, module, owner }: Filter, ownerName: (id: string | undefined) => string, nameOf = labelOf): FlowRow[] {
  return rows.filter(
    (row) =>
      (!kind || kindOf(row) === kind) &&
      (!module || row.modules.includes(module)) &&
      (!owner || row.owner_id === owner) &&
      (!q || contains(q, nameOf(row), labelOf(row), ...row.numbers, ...row.numbers.map(readable), ...row.patterns, ...row.modules, ownerName(row.owner_id), row.type)),
  );
}

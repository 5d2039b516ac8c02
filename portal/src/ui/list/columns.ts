/** What a list's column is, and the pure parts of lists: sorting, CSV, the sort written into the address. */
import type { ReactNode } from "react";

import { fold } from "../frame/palette-entries";

export interface Column<Row> {
  id: string;
  title: string;
  /** What the cell shows. */
  cell: (row: Row) => ReactNode;
  /** What the cell is worth for sorting and for CSV. */
  value: (row: Row) => string | number;
  width?: string;
  /** Its share of a phone's width, such as "30%"; the others divide what is left. */
  phone?: string;
  numeric?: boolean;
  /** Hidden on narrow screens, where the first column carries what matters. */
  wide?: boolean;
  unsortable?: boolean;
}

export interface Sort {
  column: string;
  descending: boolean;
}

/** Read a sort from the address: "name" or "-name". */
export function parseSort(text: string | undefined, fallback: string): Sort {
  const wanted = text || fallback;
  return { column: wanted.replace(/^-/, ""), descending: wanted.startsWith("-") };
}

/** The address's form of what clicking a column gives: ascending first, then descending. */
export function toggledSort(sort: Sort, column: string): string {
  return sort.column === column && !sort.descending ? `-${column}` : column;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** Rows in the order of a sort; stable, extensions as numbers, accents ignored; empty values last whatever the direction. */
export function sorted<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort: Sort): Row[] {
  const column = columns.find(({ id }) => id === sort.column);
  if (!column) return [...rows];
  const sign = sort.descending ? -1 : 1;
  return rows.toSorted((one, other) => {
    const [a, b] = [column.value(one), column.value(other)];
    if (a === "" || b === "") return a === b ? 0 : a === "" ? 1 : -1;
    return sign * (typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b)));
  });
}

/** A cell that no spreadsheet takes for a formula (names come from strangers), quoted by RFC 4180. */
function csvCell(value: string | number): string {
  const text = String(value);
  const harmless = typeof value === "string" && /^[=+\-@\t\r]/.test(text) && !/^\+\d+$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Rows as RFC 4180 CSV with a header line. */
export function toCsv<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ value }) => value(row)))];
  return lines.map((cells) => cells.map(csvCell).join(",")).join("\r\n") + "\r\n";
}

/** True when any text contains all words of the search, ignoring case and accents. */
export function contains(search: string, ...texts: (string | undefined)[]): boolean {
  const all = fold(texts.filter(Boolean).join(" "));
  return fold(search).split(/\s+/).every((word) => all.includes(word));
}

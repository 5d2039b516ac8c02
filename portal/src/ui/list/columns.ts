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
/** So many different texts the collator orders in one picture; more are ordered by keys made once for each. */
const COLLATED = 2_000;

/** Where each text stands among them all; those that are the same to a reader stand at one place. */
function places(texts: ReadonlySet<string>): Map<string, number> {
  const many = texts.size > COLLATED;
  // Compared as they are, these keys give the same order: no case, no accents, digits of one length.
  const key = (text: string) => fold(text).replaceAll(/\d+/g, (digits) => digits.padStart(20, "0"));
  const keyed = [...texts].map((text): [string, string] => [text, many ? key(text) : text]);
  const compare = many ? (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0) : collator.compare;
  keyed.sort(([, a], [, b]) => compare(a, b));
  let at = 0;
  return new Map(keyed.map(([text, own], index) => [text, index > 0 && compare(keyed[index - 1]?.[1] ?? "", own) !== 0 ? ++at : at]));
}

/** Rows in the order of a sort; stable, extensions as numbers, accents ignored; empty values last whatever the direction. */
export function sorted<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort: Sort): Row[] {
  const column = columns.find(({ id }) => id === sort.column);
  if (!column) return [...rows];
  const sign = sort.descending ? -1 : 1;
  const values = rows.map((row) => column.value(row));
  const numbers = values.every((value) => value === "" || typeof value === "number");
  const place = numbers ? undefined : places(new Set(values.map(String)));
  const worth = values.map((value) => (value === "" ? undefined : (place?.get(String(value)) ?? Number(value))));
  return rows
    .map((_, at) => at)
    .toSorted((one, other) => {
      const [a, b] = [worth[one], worth[other]];
      if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
      return sign * (a - b);
    })
    .map((at) => rows[at] as Row);
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
  if (!search) return true;
  const all = fold(texts.filter(Boolean).join(" "));
  return fold(search).split(/\s+/).every((word) => all.includes(word));
}

/** Lists sort as people expect, search without accents, and give spreadsheets nothing to execute. */
import { expect, test } from "vitest";

import type { Channel } from "@/api";

import { callsOf } from "./calls-of";
import { matching } from "./frame/palette-entries";
import { type Column, contains, parseSort, sorted, toCsv, toggledSort } from "./list/columns";
import { loadNumberRules, readable } from "./phone-number";

interface Row {
  name: string;
  extension: string;
}
const columns: Column<Row>[] = [
  { id: "name", title: "Name", cell: ({ name }) => name, value: ({ name }) => name },
  { id: "extension", title: "Extension", cell: ({ extension }) => extension, value: ({ extension }) => extension },
];

test("extensions sort as numbers and empty ones come last in both directions", () => {
  const rows = ["1000", "", "200", "1001"].map((extension) => ({ name: "x", extension }));
  const order = (text: string) => sorted(rows, columns, parseSort(text, "name")).map((row) => row.extension);
  expect(order("extension")).toEqual(["200", "1000", "1001", ""]);
  expect(order("-extension")).toEqual(["1001", "1000", "200", ""]);
  expect(toggledSort(parseSort("name", ""), "name")).toBe("-name");
});

test("very many rows are ordered as a few are", () => {
  const named = (name: string) => ({ name, extension: "" });
  const few = ["Zoë 2", "zoe 10", "Émile", "emil", "Ann", "7", "12", "+14165550100", ""].map(named);
  const ordered = sorted(few, columns, parseSort("name", "name")).map(({ name }) => name);
  // So many others that the collator is not asked, all of them after those.
  const many = [...few, ...Array.from({ length: 5000 }, (_, at) => named(`zzz ${at}`))];
  const among = sorted(many, columns, parseSort("name", "name")).map(({ name }) => name);
  expect(among.slice(0, 8)).toEqual(ordered.slice(0, 8));
  expect(among.slice(8, 11)).toEqual(["zzz 0", "zzz 1", "zzz 2"]);
  expect(among.at(-1)).toBe("");
  expect(sorted(many, columns, parseSort("-name", "name"))[0]?.name).toBe("zzz 4999");
});

test("a caller's name is no formula in the exported file, a number stays a number", () => {
  expect(toCsv([{ name: '=HYPERLINK("x")', extension: "+14165550100" }], columns)).toBe("Name,Extension\r\n\"'=HYPERLINK(\"\"x\"\")\",+14165550100\r\n");
});

test("searching ignores case and accents and wants every word", () => {
  expect(contains("cote ann", "Anna Côté")).toBe(true);
  expect(contains("cote bob", "Anna Côté")).toBe(false);
});

test("the palette puts what starts with the text first", () => {
  const entry = (id: string, label: string) => ({ kind: "users" as const, id, label, run: () => {} });
  expect(matching([entry("1", "Joanna"), entry("2", "Anna Côté"), entry("3", "Bob Annan")], "ann").map(({ id }) => id)).toEqual(["2", "3", "1"]);
});

test("legs that name each other are one call", () => {
  const leg = (uuid: string, other_leg?: string): Channel => ({ uuid, other_leg });
  expect(callsOf([leg("a", "b"), leg("b", "a"), leg("c"), leg("d", "gone")]).map((call) => call.map(({ uuid }) => uuid))).toEqual([["a", "b"], ["c"], ["d"]]);
});

test("phone numbers are grouped, extensions and words are not", async () => {
  expect(readable("+622129303030")).toBe("+622129303030");
  await loadNumberRules();
  expect(readable("+14165550100")).toBe("+1 (416) 555-0100");
  expect(readable("+622129303030")).toBe("+62 21 29303030");
  expect(readable("1000")).toBe("1000");
  expect(readable("anonymous")).toBe("anonymous");
});

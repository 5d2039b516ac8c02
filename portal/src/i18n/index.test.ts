/** Both languages say everything, with the same placeholders. */
import { expect, test } from "vitest";

import { resources, spaced } from ".";

function flat(words: unknown, path = ""): Map<string, string> {
  if (typeof words === "string") return new Map([[path, [...words.matchAll(/\{\{\w+\}\}/g)].map(String).toSorted().join()]]);
  return new Map(Object.entries(words as object).flatMap(([key, value]) => [...flat(value, path ? `${path}.${key}` : key)]));
}

test("English and French have the same keys and placeholders in every folder", async () => {
  const { en, fr } = await resources();
  expect(Object.keys(en ?? {})).toContain("users");
  expect(flat(fr)).toEqual(flat(en));
});

test("French has a space before ; : ! ? and within quotes", async () => {
  const { fr } = await resources();
  const sentences = (words: unknown): string[] => (typeof words === "string" ? [words] : Object.values(words as object).flatMap(sentences));
  // Numbers may hold a colon (10:30); words and placeholders may not.
  expect(sentences(fr).filter((words) => /[^\s\d][;:!?](?=\s|$)|«[^ \u202F]|[^ \u202F]»/u.test(words))).toEqual([]);
});

test("French punctuation never begins a line", () => {
  expect(spaced({ a: { b: "Vide : « rien » ; 10:30" } })).toEqual({ a: { b: "Vide\u202F: «\u202Frien\u202F»\u202F; 10:30" } });
});

/** Names of the documents that a flow's steps point at, read by collection as far as the flow needs them. */
import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";

import { isCollection, listQuery } from "@/api";

export interface Row {
  id: string;
  name?: string;
  first_name?: string;
  last_name?: string;
  mailbox?: string;
  numbers?: string[];
  owner_id?: string;
}

export function nameOfRow(row: Row): string {
  const person = `${row.first_name ?? ""} ${row.last_name ?? ""}`.trim();
  const name = person || row.name || row.numbers?.join(", ") || row.id;
  return row.mailbox ? `${name} · ${row.mailbox}` : name;
}

/** Return {id: name} over some collections. */
export function useNames(account: string, collections: readonly string[]): ReadonlyMap<string, string> {
  const wanted = collections.filter(isCollection);
  const results = useQueries({ queries: wanted.map((each) => listQuery<Row>(account, each)) });
  const stamp = results.map(({ dataUpdatedAt }) => dataUpdatedAt).join();
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the stamp says when any list changed
  return useMemo(() => new Map(results.flatMap(({ data }) => (data ?? []).map((row) => [row.id, nameOfRow(row)] as const))), [stamp]);
}

/** Which callflow modules this installation runs: what it cannot do is not offered. */
import { queryOptions, useQuery } from "@tanstack/react-query";

import { call, urls } from "@/api";

const modulesQuery = queryOptions({
  queryKey: ["schemas"],
  queryFn: async () => (await call<string[]>("GET", urls.getListSchemasUrl(), { query: { paginate: false } })).data,
  staleTime: Number.POSITIVE_INFINITY,
});

/** The modules' names, or undefined until known. */
export function useModules(): ReadonlySet<string> | undefined {
  const data = useQuery(modulesQuery).data;
  return data && new Set(data.flatMap((name) => (name.startsWith("callflows.") ? [name.slice("callflows.".length)] : [])));
}

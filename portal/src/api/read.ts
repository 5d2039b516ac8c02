/** Everything the pages read, as queries keyed ["account", id, collection, …] so that one change notice refreshes all of it. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { call, type Query } from "./call";
import * as urls from "./generated/client";
import type { Account, AccountRow, CallflowRow, Cdr, Channel, DeviceRow, NumberRow, UserDoc, UserRow, VoicemailBoxRow } from "./types";

const ALL: Query = { paginate: false };

/** A whole collection; `url` is where it is, `collection` what its change notices call it. */
function list<T>(account: string, collection: string, url: string, query: Query = {}) {
  return queryOptions({
    queryKey: ["account", account, collection, url, query],
    queryFn: async ({ signal }) => (await call<T>("GET", url, { query: { ...ALL, ...query }, signal })).data,
  });
}

export const accountQuery = (account: string) =>
  queryOptions({
    queryKey: ["account", account, "accounts"],
    queryFn: async ({ signal }) => {
      const { data } = await call<Account & { _read_only?: Partial<Account> }>("GET", urls.getGetAccountUrl(account), { signal });
      // The dialect keeps what the server computes (is_reseller, superduper_admin) apart, and some servers beside the rest too.
      return { ...data._read_only, ...data };
    },
    staleTime: 60_000,
  });

/** The names of the applications that an account has. */
export const appsQuery = (account: string) =>
  queryOptions({
    queryKey: ["account", account, "apps_store"],
    queryFn: async ({ signal }) => (await call<{ name: string }[]>("GET", urls.getListAppsUrl(account), { signal })).data.map(({ name }) => name),
    staleTime: 60_000,
  });

/** Root-first ancestors of an account, without itself. */
export const ancestorsQuery = (account: string) =>
  queryOptions({
    queryKey: ["account", account, "tree"],
    queryFn: async ({ signal }) => (await call<AccountRow[]>("GET", urls.getGetAccountTreeUrl(account), { signal })).data,
    staleTime: 60_000,
  });

/** The accounts directly below, page by page: the first ones show while the rest is still being read. */
export const childrenQuery = (account: string) => {
  const queryKey = ["account", account, "children"];
  return queryOptions({
    queryKey,
    queryFn: async ({ client, signal }) => {
      const rows: AccountRow[] = [];
      let start: string | undefined;
      do {
        // oxlint-disable-next-line no-await-in-loop -- each page says where the next begins
        const page = await call<AccountRow[]>("GET", urls.getListChildrenUrl(account), { query: { ascending: true, page_size: start ? 1000 : 200, start_key: start }, signal });
        rows.push(...page.data);
        start = page.next_start_key ?? undefined;
        if (start && rows.length > (client.getQueryData<AccountRow[]>(queryKey)?.length ?? 0)) client.setQueryData(queryKey, [...rows]);
      } while (start);
      return rows;
    },
  });
};

/** Accounts below (and including) `account` whose name starts with `text`. */
export const accountSearchQuery = (account: string, text: string) =>
  queryOptions({
    queryKey: ["account", account, "search", "account", text],
    queryFn: async ({ signal }) =>
      (await call<AccountRow[]>("GET", urls.getSearchUrl(account), { query: { t: "account", q: "name", v: text }, signal })).data,
    enabled: text.length > 0,
  });

export const usersQuery = (account: string) => list<UserRow[]>(account, "users", urls.getListUsersUrl(account));
export const devicesQuery = (account: string) => list<DeviceRow[]>(account, "devices", urls.getListDevicesUrl(account), { with_status: true });
export const callflowsQuery = (account: string) => list<CallflowRow[]>(account, "callflows", urls.getListCallflowsUrl(account));
export const voicemailBoxesQuery = (account: string) => list<VoicemailBoxRow[]>(account, "vmboxes", urls.getListVmboxesUrl(account));
export const channelsQuery = (account: string) => list<Channel[]>(account, "channels", urls.getListChannelsUrl(account));

/** All numbers of an account, however many answers these take: one has 50,000 at most. */
export const numbersQuery = (account: string) =>
  queryOptions({
    queryKey: ["account", account, "phone_numbers"],
    queryFn: async ({ signal }) => {
      const numbers: Record<string, NumberRow> = {};
      let start: string | undefined;
      do {
        // oxlint-disable-next-line no-await-in-loop -- each page says where the next begins
        const page = await call<{ numbers: Record<string, NumberRow> }>("GET", urls.getListPhoneNumbersUrl(account), { query: start ? { ...ALL, start_key: start } : ALL, signal });
        Object.assign(numbers, page.data.numbers);
        start = page.next_start_key && page.next_start_key !== start ? page.next_start_key : undefined;
      } while (start);
      return numbers;
    },
  });

export const userQuery = (account: string, user: string) =>
  queryOptions({
    queryKey: ["account", account, "users", user],
    queryFn: async ({ signal }) => (await call<UserDoc>("GET", urls.getGetUserUrl(account, user), { signal })).data,
  });

/** Finished calls, newest first, one row per interaction; `from` and `to` are Gregorian seconds at most 31 days apart. */
export const callLogQuery = (account: string, from: number, to: number) =>
  infiniteQueryOptions({
    queryKey: ["account", account, "cdrs", "interaction", from, to],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) =>
      call<Cdr[]>("GET", urls.getListInteractionsUrl(account), {
        query: { created_from: from, created_to: to, page_size: 50, start_key: pageParam },
        signal,
      }),
    getNextPageParam: (last, _pages, sent) =>
      last.next_start_key && last.next_start_key !== sent ? last.next_start_key : undefined,
  });

/** All legs of one interaction. */
export const legsQuery = (account: string, interaction: string) => list<Cdr[]>(account, "cdrs", urls.getListLegsUrl(account, interaction));

export const recordingsUrl = (account: string) => `${urls.getGetAccountUrl(account)}/recordings`;

/** The recordings of one interaction. */
export const recordingsQuery = (account: string, interaction: string) =>
  list<{ id: string; start: number; duration: number }[]>(account, "recordings", recordingsUrl(account), { interaction_id: interaction });

/** What the builder asks of the API beside plain documents. Every write names the revision it was made from. */
import { queryOptions } from "@tanstack/react-query";

import { call, urls } from "@/api";

import type { Callflow, FlowProblem } from "./types";

export interface Loaded {
  document: Callflow;
  revision: number;
}

const read = ({ data, revision }: { data: Callflow; revision?: string | number | null }): Loaded => ({ document: data, revision: Number(revision ?? 0) });

export const flowQuery = (account: string, id: string) =>
  queryOptions({
    queryKey: ["account", account, "callflows", "document", id],
    queryFn: async ({ signal }) => read(await call<Callflow>("GET", urls.getGetCallflowUrl(account, id), { signal })),
    // What one edits is not exchanged under one's hands: a newer version shows when saving (409), by the merge view.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    gcTime: 0,
    enabled: id !== "new",
  });

export const readFlow = async (account: string, id: string): Promise<Loaded> => read(await call<Callflow>("GET", urls.getGetCallflowUrl(account, id)));

/** A document without what the server adds for reading. */
export function written(document: Callflow): Callflow {
  const { metadata: _metadata, _read_only: _read, id: _id, ...rest } = document;
  return rest as Callflow;
}

export async function saveFlow(account: string, id: string, document: Callflow, revision: number): Promise<Loaded> {
  if (id === "new") return read(await call<Callflow>("PUT", urls.getCreateCallflowUrl(account), { body: written(document) }));
  return read(await call<Callflow>("POST", urls.getReplaceCallflowUrl(account, id), { body: { ...written(document), _rev: revision } }));
}

export const checkFlow = async (account: string, document: Callflow, signal: AbortSignal): Promise<FlowProblem[]> =>
  (await call<FlowProblem[]>("POST", urls.getCheckCallflowUrl(account), { body: document, signal })).data;

export interface VersionRow {
  revision: number;
  action: "created" | "edited" | "deleted";
  created: number;
  by: { account_id: string | null; id: string | null; name: string | null };
  name?: string;
  numbers: string[];
}

export interface Change {
  kind: "added" | "removed" | "moved" | "changed";
  path: string;
  module: string;
  key: string;
  before: unknown;
  after: unknown;
  was: string;
}

export const versionsQuery = (account: string, id: string) =>
  queryOptions({
    queryKey: ["account", account, "callflows", "versions", id],
    queryFn: async ({ signal }) => (await call<VersionRow[]>("GET", urls.getListCallflowVersionsUrl(account, id), { signal })).data,
    enabled: id !== "new",
  });

export const changesQuery = (account: string, id: string, revision: number, since?: number) =>
  queryOptions({
    queryKey: ["account", account, "callflows", "changes", id, revision, since],
    queryFn: async ({ signal }) =>
      (await call<{ since: number | null; changes: Change[] }>("GET", urls.getGetCallflowChangesUrl(account, id, revision), { query: { since }, signal })).data,
    staleTime: Number.POSITIVE_INFINITY,
  });

export const restoreVersion = async (account: string, id: string, revision: number): Promise<Loaded> =>
  read(await call<Callflow>("POST", urls.getRestoreCallflowVersionUrl(account, id, revision), { body: {} }));

export interface Sound {
  kind: string;
  name: string;
}

export interface Leg {
  stage: number;
  id: string;
  to: "device" | "trunk" | "number" | "other";
  name: string;
  owner?: string;
  seconds: number;
  delay: number;
  confirm: boolean;
  number?: string;
  caller: { name: string; number: string; private: boolean };
  /** A forwarded leg: where the call made in its user's name goes. */
  then?: Way;
}

export interface Act {
  do: string;
  sounds?: Sound[];
  digits?: string;
  asked?: boolean;
  legs?: Leg[];
  outcome?: string;
  cause?: string;
  seconds?: number;
  code?: number;
  request?: string;
  loop?: boolean;
}

export interface Step {
  flow_id: string;
  flow_name: string;
  path: string;
  module: string;
  at: string;
  exit: string | null;
  acts: Act[];
  notes: { kind: string; detail: string }[];
  reasons: { rule: string; name: string; in_force: boolean; forced: boolean | null; timezone: string }[];
}

/** What a call comes to: a flow and its steps, or a refusal before any flow. */
export interface Way {
  flow: { id: string; name: string } | null;
  refused: { code: number; why: string } | null;
  steps: Step[];
  end: { reason: string; cause: string } | null;
}

export interface Tried extends Way {
  dialled: string;
  emergency: boolean;
  timezone: string;
  caller: { name: string; number: string };
  seconds?: number;
}

export interface Wanted {
  number: string;
  callflow: Callflow;
  caller: { type: "outside" | "user" | "device"; id?: string; number?: string };
  at: string;
  presses: string[];
  ringing: "nobody" | "answered" | "busy" | "offline";
}

export const simulateCall = async (account: string, wanted: Wanted): Promise<Tried> =>
  (await call<Tried>("POST", urls.getSimulateCallUrl(account), { body: wanted })).data;

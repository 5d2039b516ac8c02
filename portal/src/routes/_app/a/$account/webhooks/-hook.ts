/** Webhooks: their documents, their attempts, and how each stands. */
import { queryOptions } from "@tanstack/react-query";

import { call, urls } from "@/api";
import type { Tone } from "@/ui/state-dot";

export interface HookRow {
  id: string;
  name: string;
  hook: string;
  uri: string;
  http_verb?: "get" | "post" | "put";
  enabled?: boolean;
  /** Why the system switched it off; absent when a person did. */
  disable_reason?: string;
  disable_code?: string;
}

export interface Hook extends HookRow {
  retries?: number;
  format?: "form-data" | "json";
  include_subaccounts?: boolean;
  include_internal_legs?: boolean;
  custom_data?: Record<string, unknown> | null;
  secret?: string;
}

export interface Attempt {
  id: string;
  webhook_id: string;
  event_id: string;
  hook_event: string;
  uri: string | null;
  data: Record<string, unknown>;
  result: "success" | "failure";
  reason: string | null;
  reason_code?: string;
  response_code: number | null;
  milliseconds: number;
  /** Of the delivery: `new` and `queued` are still being tried. */
  state: "new" | "queued" | "done" | "failed" | "dropped";
  timestamp: number;
}

export type Standing = "on" | "off" | "failed";

/** On, off by hand, or switched off because nobody heard it. */
export function standing({ enabled, disable_reason }: Pick<HookRow, "enabled" | "disable_reason">): Standing {
  if (enabled !== false) return "on";
  return disable_reason ? "failed" : "off";
}

export const TONES: Record<Standing, Tone> = { on: "good", off: "off", failed: "bad" };

/** Whether the delivery of an attempt can be sent again: it is over, and the hook is on. */
export function repeatable(attempt: Pick<Attempt, "state">, enabled: boolean): boolean {
  return enabled && !["new", "queued"].includes(attempt.state);
}

/** The attempts with all but the latest of each delivery marked as followed by another. */
export function latestOfEach(attempts: readonly Attempt[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const latest = new Set<string>();
  for (const { id, event_id: event } of attempts) {
    if (!seen.has(event)) latest.add(id);
    seen.add(event);
  }
  return latest;
}

export const kindsQuery = queryOptions({
  queryKey: ["webhook kinds"],
  queryFn: async ({ signal }) => (await call<{ id: string; description: string }[]>("GET", urls.getListWebhookKindsUrl(), { signal })).data,
  staleTime: Number.POSITIVE_INFINITY,
});

export const sampleQuery = (name: string) =>
  queryOptions({
    queryKey: ["webhook kinds", name],
    queryFn: async ({ signal }) => (await call<Record<string, unknown>>("GET", urls.getGetWebhookSampleUrl(name), { signal })).data,
    enabled: name !== "" && name !== "all",
    staleTime: Number.POSITIVE_INFINITY,
  });

export const attemptsQuery = (account: string, id: string) =>
  queryOptions({
    queryKey: ["account", account, "webhooks", id, "attempts"],
    queryFn: async ({ signal }) => (await call<Attempt[]>("GET", urls.getGetWebhookAttemptsUrl(account, id), { signal })).data,
    refetchInterval: ({ state: { data } }) => (data?.some(({ state }) => state === "new" || state === "queued") ? 2_000 : 10_000),
  });

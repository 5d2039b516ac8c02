/** What trunks do: their state now, their statistics, and test calls. */
import { queryOptions } from "@tanstack/react-query";

import { call, urls } from "@/api";
import type { Tone } from "@/ui/state-dot";

export type TrunkState = "up" | "degraded" | "down" | "unknown" | "disabled";

export interface GatewayStatus {
  gateway: number;
  server: string;
  port: number;
  enabled: boolean;
  health: "up" | "down" | "unknown" | "disabled";
  options_code: number | null;
  registration: { state: "none" | "registered" | "trying" | "failed"; expires_s?: number };
}

export interface TrunkStatus {
  id: string;
  state: TrunkState;
  gateways: GatewayStatus[];
}

export interface Attempts {
  attempts: number;
  answered: number;
  asr: number | null;
  acd: number | null;
  minutes: number;
  pdd_median_ms: number | null;
  pdd_p95_ms: number | null;
  mos: number | null;
  loss_percent: number | null;
  jitter_ms: number | null;
}

export interface Code {
  direction: "outbound" | "inbound";
  gateway: number | null;
  code: number;
  cause: string;
  attempts: number;
}

export interface Statistics {
  outbound?: Attempts;
  inbound?: Attempts;
  gateways: (Attempts & { gateway: number })[];
  codes: Code[];
}

export interface TestReport {
  verdict: "works" | "no_sound" | "refused" | "unanswered" | "silence";
  sent_to: string;
  shown_as: string;
  code: number;
  pdd_ms: number | null;
  steps: { event: "sent" | "progress" | "ringing" | "answered" | "refused" | "silence" | "heard" | "not_heard" | "ended"; ms: number; code: number | null }[];
}

export const TONES: Record<TrunkState, Tone> = { up: "good", degraded: "warn", down: "bad", unknown: "off", disabled: "off" };

/** Carriers are asked every five seconds; nobody tells us when their answer changes. */
const LOOK_AGAIN = 5_000;

export const statesQuery = (account: string) =>
  queryOptions({
    queryKey: ["account", account, "resources", "status"],
    queryFn: async ({ signal }) => (await call<TrunkStatus[]>("GET", urls.getListResourceStatusUrl(account), { signal })).data,
    refetchInterval: LOOK_AGAIN,
  });

export const statisticsQuery = (account: string, trunk: string, from: string, to: string) =>
  queryOptions({
    queryKey: ["account", account, "resources", trunk, "statistics", from, to],
    queryFn: async ({ signal }) => (await call<Statistics>("GET", urls.getGetResourceStatisticsUrl(account, trunk), { query: { from, to }, signal })).data,
    refetchInterval: 20_000,
  });

export const testTrunk = async (account: string, trunk: string, number: string, gateway: number) => (await call<TestReport>("PUT", urls.getTestResourceUrl(account, trunk), { body: { number, gateway } })).data;

/** SIP answers that have words of their own; others are told by their hundred. */
const WORDS = new Set([0, 200, 401, 403, 404, 408, 480, 484, 486, 487, 488, 500, 502, 503, 504, 600, 603, 604]);

/** The key of the words for a SIP code. */
export function codeKey(code: number): `code.${string}` {
  if (WORDS.has(code)) return `code.${code}`;
  return code >= 400 && code < 700 ? `code.${Math.floor(code / 100)}xx` : "code.other";
}

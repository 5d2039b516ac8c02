/** Numbers that other carriers want: their shape and their query. */
import { queryOptions } from "@tanstack/react-query";

import type { TFunction } from "i18next";

import { call, urls } from "@/api";

export type OutState = "accepted" | "refused" | "canceled" | "completed";

export interface Out {
  id: string;
  account_id: string;
  account_name: string;
  number: string;
  state: OutState;
  winning_carrier: string;
  end_user: string;
  /** The day on which the number leaves; "2026-12-24". */
  day: string;
  /** Why it was refused: a code, and the API's words for it in the account's language. */
  reason: string;
  message: string;
  overdue: boolean;
  created: number;
  may_become: OutState[];
}

export const outQuery = (office: string) =>
  queryOptions({
    queryKey: ["account", office, "port_outs", "below"],
    queryFn: async ({ signal }) => (await call<Out[]>("GET", urls.getListPortOutsBelowUrl(office), { signal })).data,
    refetchInterval: 15_000,
  });

/** Why a request was refused, in the reader's language. */
export const outReason = ({ reason, message }: Pick<Out, "reason" | "message">, t: TFunction<["porting", "ui"]>) => t(`out.reason.${reason as "pin"}`, { defaultValue: message });

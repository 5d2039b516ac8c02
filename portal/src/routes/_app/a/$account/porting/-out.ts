/** Numbers that other carriers want: their shape and their query. */
import { queryOptions } from "@tanstack/react-query";

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
  /** Why it was refused, in the reader's language. */
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

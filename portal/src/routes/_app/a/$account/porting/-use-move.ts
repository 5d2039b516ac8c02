/** Moving an order: seen at once, told to the server, and put back with the reason when it is refused. */
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { call, Problem, urls } from "@/api";
import { tellDone } from "@/ui/done";
import { tellFailure } from "@/ui/failed";

import { boardQuery, type Card } from "./-port";
import type { State } from "./-states";

export interface Move {
  card: Card;
  to: State;
}

/** These need a word more before they are done: a date, a reason, or to be meant. */
export const ASKED: ReadonlySet<State> = new Set<State>(["scheduled", "completed", "rejected", "canceled"]);

export function useMove(office: string, onRefused: (card: Card) => void) {
  const { t } = useTranslation("porting");
  const client = useQueryClient();
  const { queryKey } = boardQuery(office);
  const put = (id: string, part: Partial<Card>) => client.setQueryData(queryKey, (now) => now?.map((card) => (card.id === id ? { ...card, ...part } : card)));
  return async ({ card, to }: Move, more: { reason?: string; transfer_date?: string } = {}): Promise<void> => {
    await client.cancelQueries({ queryKey });
    put(card.id, { port_state: to, may_become: [], ...(more.transfer_date ? { transfer_date: more.transfer_date } : {}) });
    try {
      await call("PATCH", urls.getMovePortRequestUrl(card.account_id, card.id, to), { body: more });
      tellDone(t(`moved.${to}`, { name: card.name }));
    } catch (error) {
      put(card.id, card);
      // The pre-check's findings are shown in the order itself.
      if (error instanceof Problem && error.status === 400 && to === "submitted") onRefused(card);
      else if (error instanceof Problem && error.status === 400) throw error;
      else tellFailure(error);
    } finally {
      await client.invalidateQueries({ queryKey: ["account", office, "port_requests"] });
      await client.invalidateQueries({ queryKey: ["account", card.account_id] });
    }
  };
}

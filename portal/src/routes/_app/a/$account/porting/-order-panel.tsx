/** One order: where it stands and may go, what the losing carrier would refuse, its form, its papers and what happened. */
import { Button, Tabs } from "@mantine/core";
import { IconArrowsSplit2 } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, docQuery, urls } from "@/api";
import { tellDone } from "@/ui/done";
import { ErrorState } from "@/ui/error-state";
import { tellFailure } from "@/ui/failed";
import { useMay } from "@/ui/may";
import { readable } from "@/ui/phone-number";
import { Skeleton } from "@/ui/skeleton";
import { StateDot, type Tone } from "@/ui/state-dot";

import { OrderForm } from "./-order-form";
import { Papers } from "./-papers";
import { type Card, checkQuery, listed, type PortOrder } from "./-port";
import classes from "./-porting.module.css";
import type { State } from "./-states";
import { Timeline } from "./-timeline";

export const TONES: Record<State, Tone> = { unconfirmed: "off", submitted: "warn", pending: "warn", scheduled: "good", completed: "good", rejected: "bad", canceled: "off" };
const EDITABLE: ReadonlySet<State> = new Set<State>(["unconfirmed", "rejected"]);

interface Props {
  office: string;
  card: Card;
  onMove: (card: Card, to: State) => void;
  onGone: () => void;
}

export function OrderPanel({ office, card, onMove, onGone }: Props) {
  const { t } = useTranslation(["porting", "ui"]);
  const [tab, setTab] = useState("order");
  const order = useQuery(docQuery<PortOrder>(card.account_id, "port_requests", card.id));
  const editable = useMay()("port_requests.update") && EDITABLE.has(card.port_state);
  if (order.error) return <ErrorState error={order.error} onRetry={() => void order.refetch()} />;
  return (
    <>
      <div className={classes.panelHead}>
        <div>
          <StateDot tone={TONES[card.port_state]}>{t(`state.${card.port_state}`)}</StateDot>
          <p>{t("ofAccount", { account: card.account_name, numbers: t("numbersCount", { count: card.numbers.length }) })}</p>
        </div>
        <div className={classes.moves}>
          {card.may_become.map((to, at) => (
            <Button key={to} size="compact-md" variant={at === 0 ? "filled" : "default"} onClick={() => onMove(card, to)}>
              {t(`move.${to}`)}
            </Button>
          ))}
        </div>
      </div>
      {editable && <Findings card={card} onPapers={() => setTab("papers")} onSplit={onGone} />}
      <Tabs value={tab} onChange={(next) => setTab(next ?? "order")} keepMounted={false}>
        <Tabs.List mb="md">
          {(["order", "papers", "timeline"] as const).map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t(`tab.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="order">{order.data ? <OrderForm key={card.id} office={office} account={card.account_id} order={order.data} editable={editable} onGone={onGone} /> : <Skeleton width={240} />}</Tabs.Panel>
        <Tabs.Panel value="papers">
          <Papers account={card.account_id} id={card.id} editable={editable} />
        </Tabs.Panel>
        <Tabs.Panel value="timeline">
          <Timeline account={card.account_id} id={card.id} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

/** What would be refused; each finding leads to where it is mended. */
function Findings({ card, onPapers, onSplit }: { card: Card; onPapers: () => void; onSplit: () => void }) {
  const { t, i18n } = useTranslation(["porting", "ui"]);
  const client = useQueryClient();
  const findings = useQuery(checkQuery(card.account_id, card.id));
  const [busy, setBusy] = useState(false);
  if (findings.error) return <ErrorState error={findings.error} onRetry={() => void findings.refetch()} />;
  if (!findings.data) return <Skeleton width={240} />;
  const list = listed(findings.data);
  const lead = (field: string) => {
    if (field.startsWith("attachments.")) onPapers();
    else document.querySelector<HTMLElement>(`[data-field="${field.startsWith("numbers") ? "numbers" : field}"]`)?.focus();
  };
  const split = async () => {
    setBusy(true);
    try {
      const { data } = await call<PortOrder[]>("PUT", urls.getSplitPortRequestUrl(card.account_id, card.id), { body: {} });
      tellDone(t("split.done", { count: data.length }));
      onSplit();
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(false);
      await client.invalidateQueries({ predicate: ({ queryKey }) => queryKey.includes("port_requests") });
    }
  };
  return (
    <section className={classes.findings} data-fine={list.length === 0 || undefined} aria-label={t("check.label")} aria-live="polite">
      <p>{list.length ? t("check.found", { count: list.length }) : t("check.fine")}</p>
      {list.length > 0 && (
        <ul>
          {list.map(({ field, message, code }) => (
            <li key={`${field} ${message}`}>
              <button type="button" onClick={() => lead(field)}>
                {i18n.language === "en" ? message : t(`finding.${code as "pin"}`, { defaultValue: message, number: readable(field.replace("numbers.", "")) })}
              </button>
            </li>
          ))}
        </ul>
      )}
      {findings.data.numbers?.split && (
        <Button variant="default" size="compact-sm" loading={busy} leftSection={<IconArrowsSplit2 size={14} stroke={1.6} />} onClick={() => void split()}>
          {t("split.do")}
        </Button>
      )}
    </section>
  );
}

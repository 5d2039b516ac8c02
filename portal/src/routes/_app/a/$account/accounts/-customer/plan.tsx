/** An account's service plans: what it uses, what that costs a month, and special prices by the + of an item. */
import { ActionIcon, Button, Select, Tooltip } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Account, call, urls } from "@/api";
import { shownName } from "@/office/plans";
import { tellDone } from "@/ui/done";
import { ErrorState } from "@/ui/error-state";
import { tellFailure } from "@/ui/failed";
import form from "@/ui/form/form.module.css";
import { money } from "@/ui/money";
import page from "@/ui/page.module.css";
import { Skeleton } from "@/ui/skeleton";

import classes from "./customer.module.css";
import { SpecialPrice } from "./special-price";

export interface PricedItem {
  category: string;
  item: string;
  name: string;
  quantity: number;
  rate: number;
  total: number;
}

interface Services {
  /** The prices that hold, by the plan's own keys. */
  plan: Record<string, Record<string, object>>;
  plans: Record<string, { name: string; overrides: Record<string, Record<string, { rate?: number | string }>> }>;
  invoices: { items: PricedItem[]; total: number }[];
  currency: string;
}

export function Plan({ account: { id, name } }: { account: Account }) {
  const { t, i18n } = useTranslation(["customer", "ui", "office"]);
  const client = useQueryClient();
  const [chosen, setChosen] = useState<string | null>(null);
  const [special, setSpecial] = useState<PricedItem | null>(null);
  const services = useQuery({ queryKey: ["account", id, "services"], queryFn: async ({ signal }) => (await call<Services>("GET", urls.getGetServicesUrl(id), { signal })).data });
  const offers = useQuery({ queryKey: ["account", id, "service_plans", "available"], queryFn: async ({ signal }) => (await call<{ id: string; name: string }[]>("GET", urls.getListAvailablePlansUrl(id), { signal })).data });
  if (services.error) return <ErrorState error={services.error} onRetry={() => void services.refetch()} />;
  if (!services.data) return <Skeleton width={240} />;
  const { plan: prices, plans, invoices, currency } = services.data;
  /** The key of the plan that prices an item: its own, or that of all of its kind. */
  const keyOf = ({ category, item }: PricedItem) => (prices[category]?.[item] ? item : "_all");
  const show = (amount: number) => money(amount, currency, i18n.language);
  const change = async (body: object, done: string) => {
    try {
      await call("POST", urls.getChangeServicesUrl(id), { body });
      await client.invalidateQueries({ queryKey: ["account", id] });
      tellDone(done);
      setChosen(null);
    } catch (error) {
      tellFailure(error);
    }
  };
  const free = (offers.data ?? []).filter((offer) => !(offer.id in plans));
  const given = Object.keys(plans);
  const items = invoices.flatMap((invoice) => invoice.items);
  const [only] = given;
  return (
    <section className={`${page.card} ${classes.card} ${classes.narrow} ${form.form}`} aria-label={t("tab.plan")}>
      {given.length === 0 && <p className={form.help}>{t(offers.data?.length === 0 ? "plan.noOffers" : "plan.none")}</p>}
      {given.map((plan) => (
        <div key={plan} className={classes.plan}>
          <strong>{plans[plan]?.name}</strong>
          <Button variant="default" size="compact-sm" onClick={() => void change({ delete: [plan] }, t("plan.removed"))}>
            {t("plan.remove")}
          </Button>
        </div>
      ))}
      {items.length > 0 && (
        <table className={classes.items}>
          <thead>
            <tr>
              <th scope="col">{t("plan.item")}</th>
              <th scope="col">{t("plan.quantity")}</th>
              <th scope="col">{t("plan.rate")}</th>
              <th scope="col">{t("plan.total")}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <tr key={`${item.category}/${item.item}`}>
                <th scope="row">{shownName(item)}</th>
                <td>{item.quantity}</td>
                <td>{show(item.rate)}</td>
                <td>{show(item.total)}</td>
                <td>
                  {only && (
                    <Tooltip label={t("plan.special")}>
                      <ActionIcon variant="subtle" color="gray" size={28} aria-label={t("plan.set", { name: shownName(item) })} onClick={() => setSpecial(item)}>
                        <IconPlus size={16} stroke={1.8} />
                      </ActionIcon>
                    </Tooltip>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={3}>
                {t("plan.month")}
              </th>
              <td>{show(invoices.reduce((sum, invoice) => sum + invoice.total, 0))}</td>
              <td />
            </tr>
          </tfoot>
        </table>
      )}
      {free.length > 0 && (
        <div className={classes.give}>
          <Select aria-label={t("plan.choose")} placeholder={t("plan.choose")} searchable data={free.map((offer) => ({ value: offer.id, label: offer.name }))} value={chosen} onChange={setChosen} />
          <Button disabled={!chosen} onClick={() => chosen && void change({ add: [chosen] }, t("plan.given", { name }))}>
            {t("plan.give")}
          </Button>
        </div>
      )}
      {special && only && (
        <SpecialPrice
          item={special}
          account={name}
          show={show}
          now={plans[only]?.overrides[special.category]?.[keyOf(special)]?.rate}
          onClose={() => setSpecial(null)}
          onSave={async (rate) => {
            await call("POST", urls.getOverridePlansUrl(id), { body: { overrides: { [only]: { [special.category]: { [keyOf(special)]: { rate } } } } } });
            await client.invalidateQueries({ queryKey: ["account", id] });
            tellDone(t("plan.saved"));
          }}
        />
      )}
    </section>
  );
}

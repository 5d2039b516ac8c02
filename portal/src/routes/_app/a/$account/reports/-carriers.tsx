/** What each trunk cost, and the calls whose cost nobody knows: with what to do about them. */
import { Button } from "@mantine/core";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { call } from "@/api";
import { tellDone } from "@/ui/done";
import { tellFailure } from "@/ui/failed";
import { useMay } from "@/ui/may";
import { money } from "@/ui/money";
import page from "@/ui/page.module.css";
import { Scroll } from "@/ui/scroll";

import { ADDRESS, type CarrierCost, carriersQuery, type Days } from "./-reports";
import classes from "./-reports.module.css";

/** Nothing where an account has no trunks of its own. */
export function Carriers({ account, days }: { account: string; days: Days }) {
  const { t, i18n } = useTranslation("reports");
  const client = useQueryClient();
  const may = useMay()("resources.update");
  const { data } = useQuery({ ...carriersQuery(account, days), placeholderData: keepPreviousData });
  const again = useMutation({
    mutationFn: async () => (await call<{ calls: number }>("POST", ADDRESS.carriers(account), { query: { ...days }, body: {} })).data.calls,
    onSuccess: async (count) => {
      tellDone(t("carriers.again", { count }));
      await client.invalidateQueries({ queryKey: ["account", account, "reports"] });
    },
    onError: tellFailure,
  });
  if (!data?.rows.length) return null;
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 0 });
  const missing = data.rows.reduce((sum, row) => sum + row.no_deck + row.no_rate, 0);
  return (
    <div className={`${page.card} ${classes.card}`}>
      <div className={classes.cardHead}>
        <h2 className={classes.heading}>{t("carriers.title")}</h2>
        {missing > 0 && may && (
          <Button size="compact-sm" variant="default" loading={again.isPending} onClick={() => again.mutate()}>
            {t("carriers.price")}
          </Button>
        )}
      </div>
      <p className={classes.help}>{t(missing > 0 ? "carriers.missing" : "carriers.help", { count: missing })}</p>
      <Scroll label={t("carriers.title")}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{t("carriers.one")}</th>
              <th scope="col">{t("carriers.deck")}</th>
              <th scope="col">{t("carriers.calls")}</th>
              <th scope="col">{t("minutes")}</th>
              <th scope="col">{t("cost")}</th>
            </tr>
          </thead>
          <tbody>
            {data.rows.map((row) => (
              <tr key={row.resource_id}>
                <th scope="row">
                  <Link className={classes.open} to="/a/$account/trunks" params={{ account }} search={{ open: row.resource_id }}>
                    {row.name || t("carriers.gone")}
                  </Link>
                </th>
                <td>
                  <Deck row={row} />
                </td>
                <td>{number.format(row.calls)}</td>
                <td>{number.format(row.minutes)}</td>
                <td>{row.no_deck === row.calls ? "–" : money(row.cost, data.currency, i18n.language)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </div>
  );
}

function Deck({ row }: { row: CarrierCost }) {
  const { t } = useTranslation("reports");
  const said = [];
  if (row.ratedeck) said.push(row.ratedeck.name);
  if (row.no_deck > 0) said.push(t("carriers.noDeck", { count: row.no_deck }));
  if (row.no_rate > 0) said.push(t("carriers.noRate", { count: row.no_rate, numbers: row.without_rate.slice(0, 3).join(", ") }));
  return <>{said.join(" · ") || t("noCost")}</>;
}

/** The lists of a report: money by level of the tree, where calls went, and whose calls they were. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { ErrorState } from "@/ui/error-state";
import { money } from "@/ui/money";
import page from "@/ui/page.module.css";
import { Scroll } from "@/ui/scroll";
import { Skeleton } from "@/ui/skeleton";

import { accountsQuery, type Days, destinationsQuery, levelsQuery, placeName, type Sums } from "./-reports";
import classes from "./-reports.module.css";

interface Of {
  account: string;
  days: Days;
}

interface Row extends Sums {
  key: string;
  name: ReactNode;
}

interface CardProps {
  id: string;
  title: string;
  help: string;
  first: string;
  error: unknown;
  onRetry: () => void;
  rows: Row[] | undefined;
  currency: string | undefined;
  /** Columns of money; a destination or account also shows how much of all its calls are. */
  wide?: boolean;
}

function Card({ id, title, help, first, error, onRetry, rows, currency = "", wide }: CardProps) {
  const { t, i18n } = useTranslation("reports");
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 0 });
  const share = new Intl.NumberFormat(i18n.language, { style: "percent", maximumFractionDigits: 0 });
  const amount = (value: number) => money(value, currency, i18n.language);
  const most = Math.max(1, ...(rows ?? []).map(({ calls }) => calls));
  return (
    <div className={`${page.card} ${classes.card}`}>
      <h2 className={classes.heading} id={id}>
        {title}
      </h2>
      <p className={classes.help}>{help}</p>
      {error !== null && !rows && <ErrorState error={error} onRetry={onRetry} />}
      {error === null && !rows && <Skeleton width={280} />}
      {rows?.length === 0 && <p className={classes.help}>{t("none")}</p>}
      {rows && rows.length > 0 && (
        <Scroll label={title}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{first}</th>
                <th scope="col">{t("calls")}</th>
                <th scope="col">{t("asr")}</th>
                <th scope="col">{t("minutes")}</th>
                {wide && <th scope="col">{t("revenue")}</th>}
                {wide && <th scope="col">{t("cost")}</th>}
                <th scope="col">{t("margin")}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.key}>
                  <th scope="row">
                    {row.name}
                    {!wide && <progress className={classes.share} max={most} value={row.calls} aria-hidden />}
                  </th>
                  <td>{number.format(row.calls)}</td>
                  <td>{row.asr === null ? "–" : share.format(row.asr / 100)}</td>
                  <td>{number.format(row.minutes)}</td>
                  {wide && <td>{amount(row.revenue)}</td>}
                  {wide && <td>{amount(row.cost)}</td>}
                  <td data-loss={(row.margin ?? 0) < 0 || undefined}>{row.margin === null ? t("noCost") : amount(row.margin)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </div>
  );
}

export function Levels({ account, days, name }: Of & { name: string }) {
  const { t } = useTranslation("reports");
  const levels = useQuery({ ...levelsQuery(account, days), placeholderData: keepPreviousData });
  const rows = levels.data?.rows.map((row) => ({ ...row, key: String(row.level), name: row.level === 0 ? name : t("level.below", { count: row.level }) }));
  return <Card id="levels" title={t("level.title")} help={t("level.help")} first={t("level.one")} error={levels.error} onRetry={() => void levels.refetch()} rows={rows} currency={levels.data?.currency} wide />;
}

export function Destinations({ account, days }: Of) {
  const { t, i18n } = useTranslation("reports");
  const found = useQuery({ ...destinationsQuery(account, days), placeholderData: keepPreviousData });
  const { data } = found;
  const rows: Row[] | undefined = data?.rows.map((row) => ({ ...row, key: row.destination, name: placeName(row.destination, i18n.language, t) }));
  if (data?.others) rows?.push({ ...data.others, key: "others", name: t("others", { count: data.others.count }) });
  return <Card id="destinations" title={t("place.title")} help={t("place.help")} first={t("place.one")} error={found.error} onRetry={() => void found.refetch()} rows={rows} currency={data?.currency} />;
}

export function Accounts({ account, days, onOpen }: Of & { onOpen: (account: string) => void }) {
  const { t } = useTranslation("reports");
  const found = useQuery({ ...accountsQuery(account, days), placeholderData: keepPreviousData });
  const { data } = found;
  const rows: Row[] | undefined = data?.rows.map((row) => {
    const { account_id: id } = row;
    const name = id ? (
      <button type="button" className={classes.open} onClick={() => onOpen(id)}>
        {row.name || t("accounts.gone")}
      </button>
    ) : (
      t("accounts.own", { name: row.name })
    );
    return { ...row, key: id ?? "", name };
  });
  if (data?.others) rows?.push({ ...data.others, key: "others", name: t("others", { count: data.others.count }) });
  return <Card id="by-account" title={t("accounts.title")} help={t("accounts.help")} first={t("accounts.one")} error={found.error} onRetry={() => void found.refetch()} rows={rows} currency={data?.currency} />;
}

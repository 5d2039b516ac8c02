/** Reports: calls, minutes and money of an account and all below it, over time, by destination, account and level. */
import { Button, Menu } from "@mantine/core";
import { IconChartBar, IconDownload, IconPrinter } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { accountQuery, blob } from "@/api";
import { today } from "@/ui/day";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { tellFailure } from "@/ui/failed";
import { save } from "@/ui/list/download";
import { money } from "@/ui/money";
import { PageHeader } from "@/ui/page-header";
import page from "@/ui/page.module.css";
import { Skeleton } from "@/ui/skeleton";

import { Carriers } from "./-carriers";
import { Controls } from "./-controls";
import { OverTime } from "./-over-time";
import { cuts, length, range, type ReportSearch, reportSearch } from "./-period";
import { ADDRESS, callsQuery, type Days, type ReportName, type Sums } from "./-reports";
import classes from "./-reports.module.css";
import { Accounts, Destinations, Levels } from "./-tables";

export const Route = createFileRoute("/_app/a/$account/reports/")({ validateSearch: reportSearch, component: Reports });

function Reports() {
  const { t } = useTranslation(["reports", "ui"]);
  const { account } = Route.useParams();
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const change = (next: ReportSearch) => void navigate({ search: (now) => ({ ...now, ...next }), replace: true });
  const about = search.of ?? account;
  const self = useQuery(accountQuery(about)).data;
  const days = range(search, today(self?.timezone));
  const possible = cuts(length(days));
  const by = search.by && possible.includes(search.by) ? search.by : (possible[0] ?? "day");
  const sensible = days.from <= days.to;
  const calls = useQuery({ ...callsQuery(about, days, by), enabled: self !== undefined && sensible, placeholderData: keepPreviousData });
  const { data } = calls;
  return (
    <div className={classes.page}>
      <PageHeader title={t("title")} about={t("about", { name: self?.name ?? "" })}>
        <Export account={about} days={days} by={by} disabled={!data} />
      </PageHeader>
      <Controls top={account} search={search} self={self} days={days} wrong={sensible ? undefined : t("wrongDays")} onChange={change} />
      {calls.error && !data && <ErrorState error={calls.error} onRetry={() => void calls.refetch()} />}
      {data?.totals.all.calls === 0 && <EmptyState icon={IconChartBar} title={t("empty.title")} text={t("empty.text")} />}
      {!calls.error && data?.totals.all.calls !== 0 && (
        <>
          <Tiles sums={data?.totals.all} currency={data?.currency ?? ""} />
          <OverTime series={data} by={by} possible={possible} measure={search.measure ?? "calls"} onBy={(next) => change({ by: next })} onMeasure={(measure) => change({ measure })} />
          <Levels account={about} days={days} name={self?.name ?? ""} />
          <Carriers account={about} days={days} />
          <div className={classes.columns}>
            <Destinations account={about} days={days} />
            <Accounts account={about} days={days} onOpen={(of) => change({ of })} />
          </div>
          {data && <p className={classes.zone}>{t("zone", { zone: data.timezone.replaceAll("_", " ") })}</p>}
        </>
      )}
    </div>
  );
}

/** What all the calls of the time come to. */
function Tiles({ sums, currency }: { sums: Sums | undefined; currency: string }) {
  const { t, i18n } = useTranslation("reports");
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 0 });
  const share = new Intl.NumberFormat(i18n.language, { style: "percent", maximumFractionDigits: 1 });
  const amount = (value: number) => money(value, currency, i18n.language);
  const marginNote = ({ margin, revenue, uncosted }: Sums) => {
    if (margin === null) return t("uncosted", { count: uncosted });
    return revenue ? t("marginOf", { share: share.format(margin / revenue) }) : "";
  };
  const tiles: [string, string | undefined, string | undefined][] = [
    [t("calls"), sums && number.format(sums.calls), sums && t("answeredOf", { count: sums.answered })],
    [t("asr"), sums && (sums.asr === null ? "–" : share.format(sums.asr / 100)), sums?.acd ? t("meanLength", { length: t("seconds", { count: Math.round(sums.acd) }) }) : ""],
    [t("minutes"), sums && number.format(sums.minutes), ""],
    [t("revenue"), sums && amount(sums.revenue), sums && t("costOf", { amount: amount(sums.cost) })],
    [t("margin"), sums && (sums.margin === null ? "–" : amount(sums.margin)), sums && marginNote(sums)],
  ];
  return (
    <dl className={classes.tiles}>
      {tiles.map(([name, value, note]) => (
        <div key={name} className={`${page.card} ${classes.tile}`}>
          <dt>{name}</dt>
          <dd className={classes.count}>{value ?? <Skeleton width={64} />}</dd>
          <dd className={classes.note}>{note}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Every table as CSV, and the page on paper (or as PDF, which every browser prints to). */
function Export({ account, days, by, disabled }: { account: string; days: Days; by: string; disabled: boolean }) {
  const { t } = useTranslation("reports");
  const fetchCsv = (name: ReportName) => {
    const query = new URLSearchParams({ ...days, by, accept: "text/csv" });
    blob(`${ADDRESS[name](account)}?${query}`).then((file) => save(`${name}-${days.from}-${days.to}.csv`, file), tellFailure);
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" disabled={disabled} leftSection={<IconDownload size={16} stroke={1.8} />} className={classes.export}>
          {t("export.title")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {(["calls", "levels", "destinations", "accounts", "carriers"] as const).map((name) => (
          <Menu.Item key={name} onClick={() => fetchCsv(name)}>
            {t(`export.${name}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconPrinter size={16} stroke={1.6} />} onClick={() => window.print()}>
          {t("export.print")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

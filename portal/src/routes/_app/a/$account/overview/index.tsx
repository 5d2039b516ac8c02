/** What a provider looks at first: the accounts below, their calls now and of the last day, and what needs somebody. */
import { IconCircleCheck, IconPlus } from "@tabler/icons-react";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { createFileRoute, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { accountQuery, call, fromGregorian, urls } from "@/api";
import { BarChart } from "@/ui/chart/bar-chart";
import { ErrorState } from "@/ui/error-state";
import { LinkButton } from "@/ui/link-button";
import { Only } from "@/ui/may";
import { PageHeader } from "@/ui/page-header";
import page from "@/ui/page.module.css";
import { Skeleton } from "@/ui/skeleton";

import classes from "./-overview.module.css";

export const Route = createFileRoute("/_app/a/$account/overview/")({ component: Overview });

interface Named {
  account_id: string;
  name: string;
  count: number;
}

interface Sums {
  accounts: { total: number; resellers: number; disabled: number };
  numbers: { total: number; spare: number };
  calls: { now: number; accounts: number; by_account: Named[] };
  /** The hour that runs now, as its first second. */
  hour: number;
  hours: { start: number; calls: number; answered: number; billing_seconds: number }[];
  attention: Record<string, { count: number; accounts: Named[] }>;
}

/** The event stream tells of one account only, so what the whole tree does is asked for again and again. */
const overviewQuery = (account: string) =>
  queryOptions({
    queryKey: ["account", account, "overview"],
    queryFn: async ({ signal }) => (await call<Sums>("GET", urls.getGetOverviewUrl(account), { signal })).data,
    refetchInterval: 10_000,
  });

function Overview() {
  const { t } = useTranslation(["overview", "ui"]);
  const { account } = Route.useParams();
  const name = useQuery(accountQuery(account)).data?.name ?? "";
  const sums = useQuery(overviewQuery(account));
  if (sums.error && !sums.data) return <ErrorState error={sums.error} onRetry={() => void sums.refetch()} />;
  const { data } = sums;
  const day = data?.hours.reduce((sum, hour) => ({ calls: sum.calls + hour.calls, answered: sum.answered + hour.answered }), { calls: 0, answered: 0 });
  return (
    <div className={classes.page}>
      <PageHeader title={t("title")} about={t("about", { name })}>
        <Only may="accounts.create">
          <LinkButton data-new to="/a/$account/accounts/new" params={{ account }} leftSection={<IconPlus size={16} stroke={1.8} />}>
            {t("add")}
          </LinkButton>
        </Only>
      </PageHeader>
      <div className={classes.tiles}>
        <Tile name={t("accounts")} count={data?.accounts.total} note={data && t("resellers", { count: data.accounts.resellers })} to="/a/$account/accounts" account={account} />
        <Tile name={t("callsNow")} count={data?.calls.now} note={data?.calls.now ? t("inAccounts", { count: data.calls.accounts }) : undefined} />
        <Tile name={t("callsDay")} count={day?.calls} note={day && (day.calls ? t("answeredShare", { share: Math.round((day.answered / day.calls) * 100) }) : "")} />
        <Tile name={t("numbers")} count={data?.numbers.total} note={data?.numbers.spare ? t("spare", { count: data.numbers.spare }) : undefined} />
      </div>
      <div className={classes.columns}>
        <Attention account={account} attention={data?.attention} />
        <section className={`${page.card} ${classes.card}`} aria-labelledby="on-the-phone">
          <h2 className={classes.heading} id="on-the-phone">
            {t("onThePhone")}
          </h2>
          {!data && <Skeleton width={160} />}
          {data?.calls.by_account.length === 0 && <p className={classes.quiet}>{t("nobody")}</p>}
          <ul className={classes.rows}>
            {data?.calls.by_account.map((row) => (
              <li key={row.account_id}>
                <Link to="/a/$account/accounts/$customer" params={{ account, customer: row.account_id }}>
                  {row.name}
                </Link>
                <span className="tabular">{t("calls", { count: row.count })}</span>
              </li>
            ))}
          </ul>
        </section>
      </div>
      <section className={`${page.card} ${classes.card}`} aria-labelledby="by-the-hour">
        <h2 className={classes.heading} id="by-the-hour">
          {t("byHour")}
        </h2>
        {!data && <Skeleton width={320} />}
        {data && (day?.calls ? <Hours now={data.hour} hours={data.hours} /> : <p className={classes.quiet}>{t("noCalls")}</p>)}
      </section>
    </div>
  );
}

/** The last 24 hours, those without calls too. */
function Hours({ now, hours }: { now: number; hours: Sums["hours"] }) {
  const { t, i18n } = useTranslation("overview");
  const byStart = new Map(hours.map((hour) => [hour.start, hour]));
  const starts = Array.from({ length: 24 }, (_, at) => now - (23 - at) * 3600);
  const short = new Intl.DateTimeFormat(i18n.language, { hour: "numeric" });
  const long = new Intl.DateTimeFormat(i18n.language, { weekday: "long", hour: "numeric", minute: "2-digit" });
  const number = new Intl.NumberFormat(i18n.language);
  const of = (start: number) => byStart.get(start) ?? { calls: 0, answered: 0 };
  return (
    <BarChart
      label={t("byHour")}
      columns={starts.map((start) => ({ short: short.format(fromGregorian(start)), long: long.format(fromGregorian(start)) }))}
      series={[
        { name: t("answered"), tone: "accent", values: starts.map((start) => of(start).answered) },
        { name: t("notAnswered"), tone: "quiet", values: starts.map((start) => of(start).calls - of(start).answered) },
      ]}
      format={(value) => number.format(value)}
    />
  );
}

const KINDS = ["locked", "disabled", "no_numbers", "mails_failed"] as const;
const SHOWN = 3;

function Attention({ account, attention }: { account: string; attention: Sums["attention"] | undefined }) {
  const { t } = useTranslation("overview");
  const present = KINDS.filter((kind) => attention?.[kind]?.count);
  return (
    <section className={`${page.card} ${classes.card}`} aria-labelledby="attention">
      <h2 className={classes.heading} id="attention">
        {t("attention")}
      </h2>
      {!attention && <Skeleton width={240} />}
      {attention && present.length === 0 && (
        <p className={classes.allSet}>
          <IconCircleCheck size={20} stroke={1.6} aria-hidden />
          {t("nothing")}
        </p>
      )}
      <ul className={classes.list}>
        {present.map((kind) => {
          const { count = 0, accounts = [] } = attention?.[kind] ?? {};
          return (
            <li key={kind}>
              <p className={classes.what}>{t(`kind.${kind}.what`, { count })}</p>
              <p className={classes.why}>{t(`kind.${kind}.why`)}</p>
              <p className={classes.who}>
                {accounts.slice(0, SHOWN).map((row) => (
                  <Link key={row.account_id} to="/a/$account/accounts/$customer" params={{ account, customer: row.account_id }}>
                    {row.name}
                  </Link>
                ))}
                {count > SHOWN && <span>{t("andMore", { count: count - SHOWN })}</span>}
              </p>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

interface TileProps {
  name: string;
  count: number | undefined;
  note?: string;
  to?: "/a/$account/accounts";
  account?: string;
}

function Tile({ name, count, note, to, account }: TileProps) {
  const { i18n } = useTranslation("overview");
  const body = (
    <>
      <span className={classes.name}>{name}</span>
      <span className={classes.count}>{count === undefined ? <Skeleton width={40} /> : new Intl.NumberFormat(i18n.language).format(count)}</span>
      <span className={classes.note}>{note}</span>
    </>
  );
  const className = `${page.card} ${classes.tile}`;
  return to && account ? (
    <Link to={to} params={{ account }} className={className}>
      {body}
    </Link>
  ) : (
    <div className={className}>{body}</div>
  );
}

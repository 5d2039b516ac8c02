/** The account at a glance: what there is, what is going on now, and what is not set up yet with the one action that helps. */
import { IconCircleCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { accountQuery, callflowsQuery, channelsQuery, devicesQuery, numbersQuery, usersQuery } from "@/api";
import { LockNotice } from "@/office/lock";
import { mainNumberQuery } from "@/pbx/main-query";
import { callsOf } from "@/ui/calls-of";
import { ErrorState } from "@/ui/error-state";
import { LinkButton } from "@/ui/link-button";
import { usePollingInterval } from "@/ui/live";
import { PageHeader } from "@/ui/page-header";
import page from "@/ui/page.module.css";
import { readable } from "@/ui/phone-number";
import { Skeleton } from "@/ui/skeleton";

import { Answering } from "./-answering";
import classes from "./-dashboard.module.css";
import { type Missing, missing } from "./-missing";

export const Route = createFileRoute("/_app/a/$account/dashboard/")({ component: Dashboard });

function Dashboard() {
  const { t } = useTranslation(["dashboard", "ui"]);
  const { account } = Route.useParams();
  const interval = usePollingInterval(15_000);
  const self = useQuery(accountQuery(account));
  const users = useQuery(usersQuery(account));
  const devices = useQuery({ ...devicesQuery(account), refetchInterval: interval });
  const numbers = useQuery(numbersQuery(account));
  const callflows = useQuery(callflowsQuery(account));
  const channels = useQuery({ ...channelsQuery(account), refetchInterval: interval });
  const main = useQuery(mainNumberQuery(account));
  const registered = devices.data?.filter((device) => device.registered).length;
  const open = main.data?.lanes.open;
  const todo =
    self.data && users.data && devices.data && numbers.data && callflows.data && main.data
      ? missing({ account: self.data, users: users.data, devices: devices.data, numbers: numbers.data, callflows: callflows.data, greeted: open?.goes === "menu" ? Boolean(open.menu?.media?.greeting) : undefined })
      : undefined;

  if (self.error) return <ErrorState error={self.error} onRetry={() => void self.refetch()} />;
  return (
    <div className={classes.page}>
      <PageHeader title={self.data?.name ?? t("ui:page.dashboard")} about={self.data?.realm} />
      <LockNotice account={account} name={self.data?.name ?? ""} />
      <div className={classes.tiles}>
        <Tile name={t("callsNow")} count={channels.data && callsOf(channels.data).length} to="/a/$account/calls" account={account} />
        <Tile name={t("users")} count={users.data?.length} to="/a/$account/users" account={account} />
        <Tile name={t("devices")} count={devices.data?.length} note={registered === undefined ? undefined : t("registered", { count: registered })} to="/a/$account/devices" account={account} />
        <Tile
          name={t("numbers")}
          count={numbers.data && Object.keys(numbers.data).length}
          note={numbers.data && t("inUse", { count: Object.values(numbers.data).filter((row) => row.used_by).length })}
          to="/a/$account/numbers"
          account={account}
        />
      </div>
      <div className={classes.columns}>
        <section className={`${page.card} ${classes.card}`} aria-labelledby="todo">
          <h2 className={classes.heading} id="todo">
            {t("todo")}
          </h2>
          {!todo && <Skeleton width={240} />}
          {todo?.length === 0 && (
            <p className={classes.allSet}>
              <IconCircleCheck size={20} stroke={1.6} aria-hidden />
              {t("allSet")}
            </p>
          )}
          <ul className={classes.list}>
            {todo?.map((item) => (
              <li key={item.id}>
                <div>
                  <p className={classes.what}>{t(`missing.${item.id}.what`, { count: item.count })}</p>
                  <p className={classes.why}>{t(`missing.${item.id}.why`, { names: item.id === "emergency" ? readable(item.names) : item.names })}</p>
                </div>
                <Do account={account} item={item} />
              </li>
            ))}
          </ul>
        </section>
        {main.data?.flow && <Answering account={account} main={main.data} zone={self.data?.timezone} />}
      </div>
    </div>
  );
}

/** The one action that helps. Numbers come from the provider: there is none. */
function Do({ account, item }: { account: string; item: Missing }) {
  const { t } = useTranslation(["dashboard", "ui"]);
  const text = t(`missing.${item.id}.do` as "missing.users.do");
  const shared = { params: { account }, variant: "default" as const };
  switch (item.id) {
    case "numbers":
      return null;
    case "mainNumber":
      return <LinkButton to="/a/$account/main-number" search={{ edit: "numbers" }} {...shared}>{text}</LinkButton>;
    case "greeting":
      return <LinkButton to="/a/$account/main-number" search={{ edit: "open" }} {...shared}>{text}</LinkButton>;
    case "callerId":
      return <LinkButton to="/a/$account/caller-id" {...shared}>{text}</LinkButton>;
    case "emergency":
      return <LinkButton to="/a/$account/numbers" search={{ open: item.names }} {...shared}>{text}</LinkButton>;
    case "users":
      return <LinkButton to="/a/$account/users" search={{ user: "new" }} {...shared}>{text}</LinkButton>;
    case "noExtension":
      return <LinkButton to="/a/$account/users" search={{ user: item.user, tab: "numbers" }} {...shared}>{text}</LinkButton>;
    case "noPhone":
      return <LinkButton to="/a/$account/users" search={{ user: item.user, tab: "devices" }} {...shared}>{text}</LinkButton>;
  }
}

interface TileProps {
  name: string;
  count: number | undefined;
  note?: string;
  to?: "/a/$account/calls" | "/a/$account/users" | "/a/$account/devices" | "/a/$account/numbers";
  account?: string;
}

function Tile({ name, count, note, to, account }: TileProps) {
  const body = (
    <>
      <span className={classes.name}>{name}</span>
      <span className={classes.count}>{count ?? <Skeleton width={40} />}</span>
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

/** The account at a glance: what there is, what is going on now, and what is not set up yet with the one action that helps. */
import { IconCircleCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { accountQuery, callflowsQuery, channelsQuery, devicesQuery, numbersQuery, usersQuery } from "@/api";
import { callsOf } from "@/ui/calls-of";
import { ErrorState } from "@/ui/error-state";
import { LinkButton } from "@/ui/link-button";
import { usePollingInterval } from "@/ui/live";
import { PageHeader } from "@/ui/page-header";
import page from "@/ui/page.module.css";
import { Skeleton } from "@/ui/skeleton";

import classes from "./-dashboard.module.css";
import { missing } from "./-missing";

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
  const registered = devices.data?.filter((device) => device.registered).length;
  const todo =
    users.data && devices.data && numbers.data && callflows.data
      ? missing({ users: users.data, devices: devices.data, numbers: numbers.data, callflows: callflows.data })
      : undefined;

  if (self.error) return <ErrorState error={self.error} onRetry={() => void self.refetch()} />;
  return (
    <div className={classes.page}>
      <PageHeader title={self.data?.name ?? " "} about={self.data?.realm} />
      <div className={classes.tiles}>
        <Tile name={t("callsNow")} count={channels.data && callsOf(channels.data).length} to="/a/$account/calls" account={account} />
        <Tile name={t("users")} count={users.data?.length} to="/a/$account/users" account={account} />
        <Tile name={t("devices")} count={devices.data?.length} note={registered === undefined ? undefined : t("registered", { count: registered })} />
        <Tile
          name={t("numbers")}
          count={numbers.data && Object.keys(numbers.data).length}
          note={numbers.data && t("inUse", { count: Object.values(numbers.data).filter((row) => row.used_by).length })}
        />
      </div>
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
                <p className={classes.why}>{t(`missing.${item.id}.why`, { names: item.names })}</p>
              </div>
              {item.user && (
                <LinkButton to="/a/$account/users" params={{ account }} search={{ user: item.user }} variant="default">
                  {t(`missing.${item.id}.do` as "missing.users.do")}
                </LinkButton>
              )}
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

interface TileProps {
  name: string;
  count: number | undefined;
  note?: string;
  to?: "/a/$account/calls" | "/a/$account/users";
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

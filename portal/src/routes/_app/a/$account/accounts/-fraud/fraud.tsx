/** What keeps a stolen password from costing a fortune: the lock, the guards that set it, and what they did. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { type Account, call, fromGregorian, urls, usersQuery } from "@/api";
import { type Fraud, fraudQuery, type Level, lockReason } from "@/office/lock";
import { ErrorState } from "@/ui/error-state";
import { userName } from "@/ui/frame/palette-entries";
import { Only } from "@/ui/may";
import page from "@/ui/page.module.css";
import { Skeleton } from "@/ui/skeleton";

import classes from "./fraud.module.css";
import { GuardsForm } from "./guards-form";
import { LockForm } from "./lock-form";

export function FraudTab({ office, account }: { office: string; account: Account }) {
  const fraud = useQuery(fraudQuery(account.id));
  if (fraud.error && !fraud.data) return <ErrorState error={fraud.error} onRetry={() => void fraud.refetch()} />;
  if (!fraud.data) return <Skeleton width={240} />;
  return (
    <div className={classes.columns}>
      <section className={`${page.card} ${classes.card}`}>
        <GuardsForm account={account.id} fraud={fraud.data} />
      </section>
      <div className={classes.aside}>
        <Only may="fraud.update">
          <LockForm account={account} held={fraud.data.lock.level} />
        </Only>
        <History office={office} account={account.id} lock={fraud.data.lock} />
      </div>
    </div>
  );
}

interface Event {
  id: string;
  kind: "locked" | "unlocked";
  reason: string;
  /** What the reason is when nobody gave one. */
  reason_code?: "unlocked";
  timestamp: number;
  actor_id: string | null;
  level: Level;
  source?: string;
}

function History({ office, account, lock }: { office: string; account: string; lock: Fraud["lock"] }) {
  const { t, i18n } = useTranslation(["fraud", "ui"]);
  const events = useQuery({
    // A lock that came or went is an event more.
    queryKey: ["account", account, "fraud", "events", lock.level, lock.at],
    queryFn: async ({ signal }) => (await call<Event[]>("GET", urls.getListFraudEventsUrl(account), { signal })).data,
  });
  const people = [...(useQuery(usersQuery(account)).data ?? []), ...(useQuery(usersQuery(office)).data ?? [])];
  const names = new Map(people.map((user) => [user.id, userName(user)]));
  const when = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "short" });
  const by = ({ actor_id: actor, source }: Event) => (actor ? (names.get(actor) ?? t("history.above")) : t(source && source !== "manual" ? "history.guard" : "history.key"));
  return (
    <section className={`${page.card} ${classes.card}`} aria-labelledby="locks">
      <h2 className={classes.heading} id="locks">
        {t("history.title")}
      </h2>
      {events.error && <ErrorState error={events.error} onRetry={() => void events.refetch()} />}
      {!events.data && !events.error && <Skeleton width={200} />}
      {events.data?.length === 0 && <p className={classes.help}>{t("history.none")}</p>}
      <ol className={classes.line}>
        {events.data?.map((event) => (
          <li key={event.id} data-kind={event.kind}>
            <p>{event.kind === "locked" ? t(`lock.level.${event.level}.is`) : t("history.unlocked")}</p>
            <p className={classes.reason}>{event.reason_code === "unlocked" ? t("history.byAdministrator") : lockReason(t, i18n.language, event)}</p>
            <p className={classes.help}>
              {when.format(fromGregorian(event.timestamp))} · {by(event)}
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What happened to a number, newest first. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { accountQuery, call, fromGregorian, urls } from "@/api";
import { ErrorState } from "@/ui/error-state";
import { Skeleton } from "@/ui/skeleton";

import classes from "./-inventory.module.css";

interface Event {
  id: number;
  timestamp: number;
  action: string;
  account_id: string | null;
  to_state: string | null;
}

export function History({ account, number }: { account: string; number: string }) {
  const { t, i18n } = useTranslation(["inventory", "customer"]);
  const history = useQuery({
    queryKey: ["account", account, "phone_numbers", number, "history"],
    queryFn: async ({ signal }) => (await call<Event[]>("GET", urls.getGetNumberHistoryUrl(account, number), { signal })).data,
  });
  const when = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "short" });
  if (history.error) return <ErrorState error={history.error} onRetry={() => void history.refetch()} />;
  if (!history.data) return <Skeleton width={200} />;
  return (
    <section aria-labelledby="history">
      <h3 className={classes.heading} id="history">
        {t("history.title")}
      </h3>
      <ol className={classes.line}>
        {history.data.map((event) => (
          <li key={event.id}>
            <p>{t(`history.${event.action as "added"}`, { defaultValue: event.action })}</p>
            <p className={classes.when}>
              {when.format(fromGregorian(event.timestamp))}
              {event.to_state && ` · ${t(`customer:numberStates.${event.to_state as "in_service"}`, { defaultValue: event.to_state })}`}
              {event.account_id && <Holder id={event.account_id} />}
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Holder({ id }: { id: string }) {
  const name = useQuery({ ...accountQuery(id), retry: false }).data?.name;
  return name ? ` · ${name}` : null;
}

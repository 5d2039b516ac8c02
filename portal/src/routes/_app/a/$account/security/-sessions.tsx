/** Where one is signed in: each session with browser, address and time; any of them ends at once. */
import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, urls } from "@/api";
import { tellDone } from "@/ui/done";
import { ErrorState } from "@/ui/error-state";
import { tellFailure } from "@/ui/failed";
import page from "@/ui/page.module.css";
import { Skeleton } from "@/ui/skeleton";
import { StateDot } from "@/ui/state-dot";

import { agentOf } from "./-agent";
import classes from "./-security.module.css";

interface SignedInAt {
  id: string;
  method: string;
  source: string;
  user_agent: string;
  impersonated: boolean;
  created: string;
  expires: string;
  current: boolean;
}

const SHOWN = 8;

export function Sessions({ account, user }: { account: string; user: string }) {
  const { t, i18n } = useTranslation(["security", "ui"]);
  const client = useQueryClient();
  const queryKey = ["account", account, "users", user, "sessions"];
  const sessions = useQuery({ queryKey, queryFn: async ({ signal }) => (await call<SignedInAt[]>("GET", urls.getListSessionsUrl(account, user), { signal })).data });
  const [busy, setBusy] = useState<string | null>(null);
  const [all, setAll] = useState(false);
  const when = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "short" });
  const nameOf = (one: SignedInAt) => agentOf(one.user_agent) ?? (one.user_agent || t("sessions.program"));
  const end = async (url: string, which: string, done: string) => {
    setBusy(which);
    try {
      await call("DELETE", url);
      tellDone(done);
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(null);
      await client.invalidateQueries({ queryKey });
    }
  };
  // One's own first, then the newest.
  const rows = sessions.data?.toSorted((one, other) => Number(other.current) - Number(one.current)) ?? [];
  const shown = all ? rows : rows.slice(0, SHOWN);
  const others = rows.filter(({ current }) => !current).length;
  return (
    <section className={`${page.card} ${classes.card}`} aria-labelledby="sessions">
      <div className={classes.top}>
        <div>
          <h2 className={classes.heading} id="sessions">
            {t("sessions.title")}
          </h2>
          <p className={classes.help}>{t("sessions.help")}</p>
        </div>
        {others > 0 && (
          <Button variant="default" loading={busy === "all"} onClick={() => void end(urls.getEndSessionsUrl(account, user), "all", t("sessions.endedAll"))}>
            {t("sessions.endAll")}
          </Button>
        )}
      </div>
      {sessions.error && <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />}
      {!sessions.error && !sessions.data && <Skeleton width={240} />}
      <ul className={classes.rows}>
        {shown.map((one) => (
          <li key={one.id}>
            <div className={classes.what}>
              <p>{nameOf(one)}</p>
              <p className={classes.help}>
                {[t("sessions.since", { when: when.format(new Date(one.created)) }), one.source, one.impersonated ? t("sessions.impersonated") : ""].filter(Boolean).join(" · ")}
              </p>
            </div>
            {one.current ? (
              <StateDot tone="good">{t("sessions.here")}</StateDot>
            ) : (
              <Button variant="default" size="compact-sm" loading={busy === one.id} aria-label={t("sessions.endOne", { name: nameOf(one), when: when.format(new Date(one.created)) })} onClick={() => void end(urls.getEndSessionUrl(account, user, one.id), one.id, t("sessions.ended", { name: nameOf(one) }))}>
                {t("sessions.end")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {!all && rows.length > SHOWN && (
        <Button variant="subtle" onClick={() => setAll(true)}>
          {t("sessions.more", { count: rows.length - SHOWN })}
        </Button>
      )}
    </section>
  );
}

/** Who signed in lately, and who gave a wrong second step. */
import { IconDoorEnter } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { call, urls, usersQuery } from "@/api";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { userName } from "@/ui/frame/palette-entries";
import page from "@/ui/page.module.css";
import { Skeleton } from "@/ui/skeleton";
import { StateDot } from "@/ui/state-dot";

import classes from "./entry.module.css";

interface Attempt {
  id: string;
  user_id: string | null;
  at: string;
  method: string;
  outcome: string;
  source: string;
}

const SHOWN = 10;

export function Attempts({ account }: { account: string }) {
  const { t, i18n } = useTranslation(["entry", "ui"]);
  const [all, setAll] = useState(false);
  const attempts = useQuery({ queryKey: ["account", account, "security", "attempts"], queryFn: async ({ signal }) => (await call<Attempt[]>("GET", urls.getListLoginAttemptsUrl(account), { signal })).data });
  const names = new Map((useQuery(usersQuery(account)).data ?? []).map((user) => [user.id, userName(user)]));
  const when = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "short" });
  const rows = attempts.data ?? [];
  return (
    <section className={`${page.card} ${classes.card}`} aria-labelledby="attempts">
      <h2 className={classes.heading} id="attempts">
        {t("attempts.title")}
      </h2>
      {attempts.error && <ErrorState error={attempts.error} onRetry={() => void attempts.refetch()} />}
      {!attempts.data && !attempts.error && <Skeleton width={200} />}
      {attempts.data?.length === 0 && <EmptyState icon={IconDoorEnter} title={t("attempts.none")} text={t("attempts.noneHelp")} />}
      <ul className={classes.rows}>
        {rows.slice(0, all ? undefined : SHOWN).map((row) => (
          <li key={row.id}>
            <div>
              <p>{(row.user_id && names.get(row.user_id)) || t("attempts.key")}</p>
              <p className={classes.help}>
                {when.format(new Date(row.at))} · {row.source || "–"} · {t(`attempts.method.${row.method as "cb_user_auth"}`, { defaultValue: row.method })}
              </p>
            </div>
            <StateDot tone={row.outcome === "success" ? "good" : "bad"}>{t(row.outcome === "success" ? "attempts.in" : "attempts.wrongStep")}</StateDot>
          </li>
        ))}
      </ul>
      {!all && rows.length > SHOWN && (
        <Button variant="subtle" onClick={() => setAll(true)}>
          {t("attempts.more", { count: rows.length - SHOWN })}
        </Button>
      )}
    </section>
  );
}

/** An account whose calls are stopped: how far, why, since when; and for those above it, one press that undoes it. */
import { Button } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, fromGregorian, urls, useSession } from "@/api";
import { tellDone } from "@/ui/done";
import { tellFailure } from "@/ui/failed";
import { useMay } from "@/ui/may";

import classes from "./lock.module.css";

/** How far calls are stopped; from 4 on nobody of the account can sign in either (core.limits.settings). */
export const LEVELS = [1, 2, 3, 4, 5] as const;
/** The levels that a guard may set by itself. */
export const GUARD_LEVELS = [1, 2, 3] as const;
export type Level = (typeof LEVELS)[number];

export interface OffHours {
  begins: number;
  ends: number;
  days: number[];
  calls: number;
}

export interface Unusual {
  factor: number;
  days: number;
  calls: number;
  amount: number;
}

export interface Guards {
  blocked_classes?: string[];
  max_forwarded_calls?: number;
  velocity?: { calls: number; seconds: number };
  off_hours?: Partial<OffHours>;
  unusual?: Partial<Unusual>;
  lock_to?: number;
}

export interface Fraud extends Guards {
  in_force: {
    blocked_classes: string[];
    max_forwarded_calls: number;
    velocity: { calls: number; seconds: number } | null;
    off_hours: OffHours | null;
    unusual: Unusual | null;
    lock_to: number;
  };
  lock: { level: 0 | Level; reason: string; source?: string; at?: number };
}

export const fraudQuery = (account: string) =>
  queryOptions({
    queryKey: ["account", account, "fraud", "guards"],
    queryFn: async ({ signal }) => (await call<Fraud>("GET", urls.getGetFraudGuardsUrl(account), { signal })).data,
    // The event stream tells of the account one acts in only; a lock by a guard must be seen wherever one looks.
    refetchInterval: 15_000,
  });

/** `endsCalls`: calls that run to what is closed, and cost, are ended; without it the level decides (from 2 on). */
export const lock = (account: string, level: Level, reason: string, endsCalls?: boolean) => call("PUT", urls.getLockAccountUrl(account), { body: { level, reason, ends_calls: endsCalls } });
export const unlock = (account: string) => call("DELETE", urls.getUnlockAccountUrl(account), { body: {} });

/** Why an account was locked, in the reader's language: a guard's reason is worded by which guard it was, a person's is his own. */
export const lockReason = (t: TFunction<["fraud", "ui"]>, language: string, { reason, source }: { reason: string; source?: string }) => (language === "en" ? reason : t(`lock.guard.${source as "velocity"}`, { defaultValue: reason }));

/** Shown where an account is; nothing when it is not locked. */
export function LockNotice({ account, name }: { account: string; name: string }) {
  const { t, i18n } = useTranslation(["fraud", "ui"]);
  const client = useQueryClient();
  const home = useSession()?.accountId;
  const may = useMay(account);
  const [busy, setBusy] = useState(false);
  const held = useQuery({ ...fraudQuery(account), retry: false, enabled: may("fraud.read") }).data?.lock;
  if (!held || held.level === 0) return null;
  const { level, reason, at, source } = held;
  const when = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "short" });
  const refresh = () => client.invalidateQueries({ queryKey: ["account", account, "fraud"] });
  const undo = async () => {
    setBusy(true);
    try {
      await unlock(account);
      tellDone(t("lock.undone", { name }), () => void lock(account, level, reason).then(refresh, tellFailure));
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(false);
      await refresh();
    }
  };
  return (
    <section className={classes.notice} aria-label={t("lock.is")}>
      <IconLock size={20} stroke={1.6} aria-hidden />
      <div className={classes.what}>
        <p className={classes.title}>{t(`lock.level.${level}.is`)}</p>
        <p>{t("lock.because", { reason: lockReason(t, i18n.language, { reason, source }) })}</p>
        <p className={classes.when}>{[at === undefined ? "" : t("lock.since", { when: when.format(fromGregorian(at)) }), t(source === "manual" ? "lock.byHand" : "lock.byGuard"), t("lock.emergency")].filter(Boolean).join(" · ")}</p>
      </div>
      {account === home ? (
        <p className={classes.ask}>{t("lock.ask")}</p>
      ) : !may("fraud.update") ? null : (
        <Button variant="default" loading={busy} onClick={() => void undo()}>
          {t("lock.undo")}
        </Button>
      )}
    </section>
  );
}

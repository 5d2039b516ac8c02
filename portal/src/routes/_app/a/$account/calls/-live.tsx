/** Calls that are going on now, from the event stream, each with its length ticking and a way to end it. */
import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { call, type Channel, channelsQuery, fromGregorian, urls } from "@/api";
import { Only } from "@/ui/may";
import { Dialog } from "@/ui/side-panel";
import { callsOf } from "@/ui/calls-of";
import { tellDone } from "@/ui/done";
import { tellFailure } from "@/ui/failed";
import { usePollingInterval } from "@/ui/live";
import page from "@/ui/page.module.css";
import { readable } from "@/ui/phone-number";
import { StateDot } from "@/ui/state-dot";

import classes from "./-calls.module.css";
import { length } from "./-time";

function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, []);
  return now;
}

/** Who speaks with whom: the leg that came in names the caller, the dialled string the other side. */
function parties(legs: readonly Channel[]): [string, string] {
  const first = legs.find(({ direction }) => direction === "inbound") ?? legs[0];
  const from = first?.caller_id_name || first?.presence_id?.split("@")[0] || first?.caller_id_number || first?.username || "?";
  return [readable(from), readable(first?.destination ?? "?")];
}

export function LiveCalls({ account }: { account: string }) {
  const { t } = useTranslation(["calls", "ui"]);
  const client = useQueryClient();
  const channels = useQuery({ ...channelsQuery(account), refetchInterval: usePollingInterval(5_000) });
  const [ending, setEnding] = useState<Channel[] | null>(null);
  const [busy, setBusy] = useState(false);
  const now = useNow();
  const calls = callsOf(channels.data ?? []);

  const hangUp = async () => {
    const leg = ending?.[0];
    if (!leg) return;
    setBusy(true);
    try {
      await call("POST", urls.getActOnChannelUrl(account, leg.uuid), { body: { action: "hangup" } });
      tellDone(t("live.ended"));
      setEnding(null);
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(false);
      await client.invalidateQueries({ queryKey: ["account", account, "channels"] });
    }
  };

  return (
    <section className={`${page.card} ${classes.live}`} aria-labelledby="live">
      <h2 className={classes.heading} id="live">
        {t("live.title")}
      </h2>
      {channels.data && calls.length === 0 && <p className={classes.none}>{t("live.none")}</p>}
      <ul className={classes.calls}>
        {calls.map((legs) => {
          const [from, to] = parties(legs);
          const answered = legs.some((leg) => leg.answered);
          const start = Math.min(...legs.map((leg) => leg.timestamp ?? Number.POSITIVE_INFINITY));
          return (
            <li key={legs[0]?.uuid}>
              <StateDot tone={answered ? "good" : "off"}>{t(answered ? "live.talking" : "live.ringing")}</StateDot>
              <span className={classes.parties}>
                {from} <span aria-label={t("live.to")}>→</span> {to}
              </span>
              <span className="tabular">{Number.isFinite(start) ? length((now - fromGregorian(start).getTime()) / 1000) : ""}</span>
              <Only may="channels.hangup">
                <Button variant="default" size="compact-sm" onClick={() => setEnding(legs)} aria-label={t("live.hangUpNamed", { from, to })}>
                  {t("live.hangUp")}
                </Button>
              </Only>
            </li>
          );
        })}
      </ul>
      <Dialog opened={ending !== null} onClose={() => setEnding(null)} title={t("live.sure")}>
        <p>{t("live.sureText", { from: parties(ending ?? [])[0], to: parties(ending ?? [])[1] })}</p>
        <div className={classes.bar}>
          <Button variant="default" onClick={() => setEnding(null)} data-autofocus>
            {t("ui:cancel")}
          </Button>
          <Button color="red" loading={busy} onClick={() => void hangUp()}>
            {t("live.hangUp")}
          </Button>
        </div>
      </Dialog>
    </section>
  );
}

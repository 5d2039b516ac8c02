/** One finished call, leg by leg. */

import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { type Cdr, fromGregorian, legsQuery, recordingsQuery, recordingsUrl, type Sound } from "@/api";
import { useModules } from "@/pbx/use-modules";
import { Player } from "@/ui/audio/player";
import { SidePanel } from "@/ui/side-panel";
import { ErrorState } from "@/ui/error-state";
import { readable } from "@/ui/phone-number";
import { Skeleton } from "@/ui/skeleton";

import classes from "./-calls.module.css";
import { callee, caller, outcome } from "./-cdr";
import { length } from "./-time";

interface Props {
  account: string;
  interaction: string | undefined;
  onClose: () => void;
}

export function CallPanel({ account, interaction, onClose }: Props) {
  const { t } = useTranslation(["calls", "ui"]);
  return (
    <SidePanel opened={interaction !== undefined} onClose={onClose} size={480} title={t("panel.title")}>
      {interaction && <Legs account={account} interaction={interaction} />}
    </SidePanel>
  );
}

function Legs({ account, interaction }: { account: string; interaction: string }) {
  const legs = useQuery(legsQuery(account, interaction));
  if (legs.error) return <ErrorState error={legs.error} onRetry={() => void legs.refetch()} />;
  if (!legs.data) return <Skeleton width={200} />;
  return (
    <>
      <Recordings account={account} interaction={interaction} />
      <ol className={classes.legs}>
        {legs.data
          .toSorted((one, other) => one.timestamp - other.timestamp)
          .map((leg) => (
            <Leg key={leg.id} leg={leg} />
          ))}
      </ol>
    </>
  );
}

/** What was recorded of a call, when this installation records. */
function Recordings({ account, interaction }: { account: string; interaction: string }) {
  const { t, i18n } = useTranslation(["calls", "ui"]);
  const records = useModules()?.has("record_call") ?? false;
  const recordings = useQuery({ ...recordingsQuery(account, interaction), enabled: records }).data ?? [];
  if (recordings.length === 0) return null;
  const when = new Intl.DateTimeFormat(i18n.language, { timeStyle: "medium" });
  return (
    <section className={classes.recordings} aria-label={t("panel.recordings")}>
      <h3 className={classes.heading}>{t("panel.recordings")}</h3>
      {recordings.map(({ id, start, duration }) => (
        <Player key={id} src={`${recordingsUrl(account)}/${encodeURIComponent(id)}/raw`} name={t("panel.recording", { when: when.format(fromGregorian(start)) })} length={duration} />
      ))}
    </section>
  );
}

function Leg({ leg }: { leg: Cdr }) {
  const { t, i18n } = useTranslation(["calls", "ui"]);
  const [from, to] = [caller(leg), callee(leg)];
  const when = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "medium" }).format(fromGregorian(leg.timestamp));
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 });
  const heard = ({ mos = 0, loss_percent: loss = 0, jitter_ms: jitter = 0 }: Sound) => t("panel.heard", { mos: number.format(mos), loss: number.format(loss), jitter: number.format(jitter) });
  const lines: [string, string][] = [
    [t("column.when"), when],
    [t("column.from"), [from.name, readable(from.number)].filter(Boolean).join(" · ")],
    [t("column.to"), [to.name, readable(to.number)].filter(Boolean).join(" · ")],
    [t("column.length"), length(leg.duration_seconds)],
    [t("panel.talked"), length(leg.billing_seconds ?? 0)],
    [t("column.outcome"), t(`outcome.${outcome(leg)}`)],
    ...(["received", "sent"] as const).flatMap((way): [string, string][] => {
      const sound = leg.quality?.[way];
      return sound?.mos === undefined ? [] : [[t(`panel.${way}`), heard(sound)]];
    }),
    [t("panel.cause"), leg.hangup_cause ?? "–"],
    [t("panel.callId"), leg.call_id],
  ];
  return (
    <li>
      <h3 className={classes.heading}>{t(leg.call_direction === "outbound" ? "panel.legOut" : "panel.legIn")}</h3>
      <dl className={classes.facts}>
        {lines.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </li>
  );
}

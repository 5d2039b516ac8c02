/** The main number at a glance: open or closed now, the hours, and who answers. */
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { clock, spoken } from "@/pbx/hours";
import type { MainNumber } from "@/pbx/main-number";
import { localTime, periodNow } from "@/pbx/period-now";
import { useTargets } from "@/pbx/use-targets";
import page from "@/ui/page.module.css";
import { readable } from "@/ui/phone-number";
import { StateDot } from "@/ui/state-dot";

import classes from "./-dashboard.module.css";

const TONES = { open: "good", lunch: "off", after: "off", holidays: "off" } as const;

export function Answering({ account, main, zone }: { account: string; main: MainNumber; zone: string | undefined }) {
  const { t, i18n } = useTranslation(["dashboard", "ui"]);
  const targets = useTargets(account);
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(new Date()), 30_000);
    return () => window.clearInterval(timer);
  }, []);
  const period = periodNow(main.schedule, localTime(now, zone));
  const { goes } = main.lanes[period];
  const weekday = new Intl.DateTimeFormat(i18n.language, { weekday: "short", timeZone: "UTC" });
  const short = (day: number) => weekday.format(new Date(Date.UTC(2024, 0, 1 + day)));
  let first = 0;
  const hours = spoken(main.schedule.week).flatMap(({ days, intervals }) => {
    const start = first;
    first += days.length;
    if (intervals.length === 0) return [];
    return [{ days: days.length > 1 ? `${short(start)}–${short(first - 1)}` : short(start), times: intervals.map(([from, to]) => `${clock(from)}–${clock(to)}`).join(", ") }];
  });
  return (
    <section className={`${page.card} ${classes.card}`} aria-labelledby="answering">
      <div className={classes.cardHead}>
        <h2 className={classes.heading} id="answering">
          {t("ui:page.main-number")}
        </h2>
        <StateDot tone={TONES[period]}>{t(`now.${period}`)}</StateDot>
      </div>
      <p className={classes.bigNumber}>{main.numbers.map(readable).slice(0, 2).join(", ") || t("noMainNumber")}</p>
      <dl className={classes.facts}>
        <div>
          <dt>{t("answers")}</dt>
          <dd>{goes === "menu" ? t("receptionist") : targets.nameOf(goes)}</dd>
        </div>
        {main.schedule.always ? (
          <div>
            <dt>{t("hours")}</dt>
            <dd>{t("always")}</dd>
          </div>
        ) : (
          hours.map(({ days, times }) => (
            <div key={days}>
              <dt>{days}</dt>
              <dd className="tabular">{times}</dd>
            </div>
          ))
        )}
      </dl>
      <Link to="/a/$account/main-number" params={{ account }} className={classes.more}>
        {t("change")}
      </Link>
    </section>
  );
}

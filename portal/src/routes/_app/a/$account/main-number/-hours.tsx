/** Opening hours, lunch and holidays of the main number: one form, saved together, because the route is one document. */
import { Button, SegmentedControl, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { clock, type Day, DAYS, seconds, type Week } from "@/pbx/hours";
import { type Schedule, saveSchedule } from "@/pbx/main-number";
import { SaveBar } from "@/ui/form/save-bar";
import { Pair, Setting } from "@/ui/form/setting";
import type { Draft } from "@/ui/form/use-draft";
import page from "@/ui/page.module.css";

import { Holidays } from "./-holidays";
import classes from "./-main.module.css";
import { WeekGrid } from "./-week-grid";

const PRESETS = {
  office: [9 * 3600, 17 * 3600],
  long: [8 * 3600, 20 * 3600],
} as const;

/** Monday to Friday with the same hours. */
export function weekdays([start, stop]: readonly [number, number]): Week {
  return Object.fromEntries(DAYS.map((day, index) => [day, index < 5 ? [[start, stop] as const] : []])) as unknown as Week;
}

interface Props {
  account: string;
  country: string | undefined;
  draft: Draft<Schedule>;
  timezone: string | undefined;
}

export function Hours({ account, country, draft, timezone }: Props) {
  const { t } = useTranslation(["main-number", "ui"]);
  const { always, week, lunch, holidays } = draft.value;
  const copyMonday = () => draft.set("week", Object.fromEntries(DAYS.map((day: Day, index) => [day, index < 5 ? week.monday : week[day]])));
  const nobody = !always && DAYS.every((day) => week[day].length === 0);

  return (
    <>
      <section className={`${page.card} ${classes.card}`} aria-labelledby="hours">
        <div className={classes.cardHead}>
          <div>
            <h2 id="hours">{t("hours.title")}</h2>
            <p>{t("hours.help", { zone: timezone ?? "UTC" })}</p>
          </div>
          <SegmentedControl
            aria-label={t("hours.title")}
            value={always ? "always" : "week"}
            onChange={(value) => draft.change((now) => ({ ...now, always: value === "always", week: DAYS.some((day) => now.week[day].length) ? now.week : weekdays(PRESETS.office) }))}
            data={[
              { value: "always", label: t("hours.always") },
              { value: "week", label: t("hours.byWeek") },
            ]}
          />
        </div>
        {!always && (
          <>
            <div className={classes.presets}>
              <span>{t("hours.presets")}</span>
              {(Object.keys(PRESETS) as (keyof typeof PRESETS)[]).map((preset) => (
                <Button key={preset} variant="default" size="compact-sm" onClick={() => draft.set("week", weekdays(PRESETS[preset]))}>
                  {t(`hours.${preset}`)}
                </Button>
              ))}
              <Button variant="default" size="compact-sm" onClick={copyMonday}>
                {t("hours.copyMonday")}
              </Button>
            </div>
            <WeekGrid week={week} onChange={(next) => draft.set("week", next)} />
            {nobody && (
              <output className={classes.warn}>
                {t("hours.nobody")}
              </output>
            )}
          </>
        )}
      </section>

      <section className={`${page.card} ${classes.card}`} aria-label={t("lunch.label")}>
        <Setting label={t("lunch.label")} help={t("lunch.help")} checked={lunch.on} onChange={(event) => draft.set("lunch.on", event.currentTarget.checked)} />
        {lunch.on && (
          <div className={classes.lunch}>
            <Pair>
              <Time label={t("lunch.start")} value={lunch.start} onChange={(value) => draft.set("lunch.start", value)} />
              <Time label={t("lunch.stop")} value={lunch.stop} onChange={(value) => draft.set("lunch.stop", value)} error={draft.errors["lunch.stop"]} />
            </Pair>
          </div>
        )}
      </section>

      <Holidays country={country} value={holidays} onChange={(next) => draft.set("holidays", next)} />
      <div className={classes.pageBar}>
        <SaveBar
          account={account}
          draft={draft}
          labels={{ always: t("hours.title"), week: t("hours.title"), lunch: t("lunch.label"), holidays: t("holiday.title") }}
          validate={(value): Record<string, string> => (value.lunch.on && value.lunch.stop <= value.lunch.start ? { "lunch.stop": t("lunch.wrong") } : {})}
          apply={(_from, to) => saveSchedule(account, to)}
          effect={t("savedHours")}
        />
      </div>
    </>
  );
}

function Time({ label, value, onChange, error }: { label: string; value: number; onChange: (seconds: number) => void; error?: string }) {
  const { t } = useTranslation(["main-number", "ui"]);
  const [typed, setTyped] = useState<string | null>(null);
  const wrong = typed !== null && seconds(typed) === undefined;
  return (
    <TextInput
      label={label}
      value={typed ?? clock(value)}
      inputMode="numeric"
      onChange={(event) => {
        const next = event.currentTarget.value;
        setTyped(next);
        const read = seconds(next);
        if (read !== undefined) onChange(read);
      }}
      onBlur={() => {
        if (!wrong) setTyped(null);
      }}
      error={wrong ? t("hours.textWrong") : error}
    />
  );
}

/** The holidays of the main number: a list in the order of the year, each on a date, on a weekday of a month, or once. */
import { ActionIcon, Button, Menu, NumberInput, Select, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { daysIn, type Holiday, onDate, onWeekday, ORDINALS, PUBLIC } from "@/pbx/holidays";
import { DAYS } from "@/pbx/hours";
import page from "@/ui/page.module.css";

import classes from "./-main.module.css";

interface Props {
  country: string | undefined;
  value: readonly Holiday[];
  onChange: (next: Holiday[]) => void;
}

export function Holidays({ country, value, onChange }: Props) {
  const { t, i18n } = useTranslation(["main-number", "ui"]);
  const month = new Intl.DateTimeFormat(i18n.language, { month: "long", timeZone: "UTC" });
  const months = Array.from({ length: 12 }, (_, index) => ({ value: String(index + 1), label: month.format(new Date(Date.UTC(2024, index, 1))) }));
  const change = (index: number, next: Partial<Holiday>) => onChange(value.map((holiday, at) => (at === index ? { ...holiday, ...next } : holiday)));
  const known = new Set(value.map(({ name }) => name));
  const publicDays = (PUBLIC[country ?? ""] ?? []).filter(({ name }) => !known.has(name));
  const [nextYear] = useState(() => new Date().getFullYear());

  return (
    <section className={`${page.card} ${classes.card}`} aria-labelledby="holidays">
      <div className={classes.cardHead}>
        <div>
          <h2 id="holidays">{t("holiday.title")}</h2>
          <p>{t("holiday.help")}</p>
        </div>
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" leftSection={<IconPlus size={16} stroke={1.8} />}>
              {t("holiday.add")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => onChange([...value, onDate(t("holiday.newName"), 1, 1)])}>{t("holiday.date")}</Menu.Item>
            <Menu.Item onClick={() => onChange([...value, onWeekday(t("holiday.newName"), 9, "first", "monday")])}>{t("holiday.weekday")}</Menu.Item>
            <Menu.Item onClick={() => onChange([...value, { ...onDate(t("holiday.newName"), 1, 1), kind: "once", year: nextYear }])}>{t("holiday.once")}</Menu.Item>
            {publicDays.length > 0 && <Menu.Item onClick={() => onChange([...value, ...publicDays])}>{t("holiday.public", { count: publicDays.length })}</Menu.Item>}
          </Menu.Dropdown>
        </Menu>
      </div>
      {value.length === 0 && <p className={classes.quiet}>{t("holiday.none")}</p>}
      <ul className={classes.holidays}>
        {value.map((holiday, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- a new holiday has no id yet
          <li key={holiday.id ?? `new-${index}`}>
            <TextInput aria-label={t("holiday.name")} value={holiday.name} onChange={(event) => change(index, { name: event.currentTarget.value })} disabled={holiday.kind === "other"} error={holiday.name.trim() ? undefined : t("ui:required")} />
            {holiday.kind === "other" ? (
              <span className={classes.quiet}>{t("holiday.other")}</span>
            ) : (
              <span className={classes.when}>
                {holiday.kind === "weekday" && (
                  <>
                    <Select aria-label={t("holiday.ordinal")} allowDeselect={false} w={104} value={holiday.ordinal} onChange={(ordinal) => ordinal && change(index, { ordinal })} data={ORDINALS.map((one) => ({ value: one, label: t(`ordinal.${one}`) }))} />
                    <Select aria-label={t("holiday.weekdayLabel")} allowDeselect={false} w={128} value={holiday.weekday} onChange={(weekday) => weekday && change(index, { weekday })} data={DAYS.map((day) => ({ value: day, label: t(`day.${day}`) }))} />
                  </>
                )}
                {holiday.kind !== "weekday" && (
                  <NumberInput aria-label={t("holiday.day")} w={72} min={1} max={daysIn(holiday.month)} clampBehavior="strict" value={holiday.day} onChange={(day) => change(index, { day: Number(day) || 1, until: Math.max(Number(day) || 1, holiday.kind === "once" ? 0 : holiday.until) })} />
                )}
                {holiday.kind === "date" && holiday.until > holiday.day && (
                  <>
                    <span>–</span>
                    <NumberInput aria-label={t("holiday.until")} w={72} min={holiday.day} max={daysIn(holiday.month)} value={holiday.until} onChange={(until) => change(index, { until: Number(until) || holiday.day })} />
                  </>
                )}
                <Select aria-label={t("holiday.month")} allowDeselect={false} w={132} value={String(holiday.month)} onChange={(next) => next && change(index, { month: Number(next), day: Math.min(holiday.day, daysIn(Number(next))), until: Math.min(holiday.until, daysIn(Number(next))) })} data={months} />
                {holiday.kind === "once" && <NumberInput aria-label={t("holiday.year")} w={88} min={nextYear} max={nextYear + 20} value={holiday.year} onChange={(year) => change(index, { year: Number(year) || nextYear })} />}
                {holiday.kind === "date" && holiday.until === holiday.day && holiday.day < daysIn(holiday.month) && (
                  <Button variant="subtle" size="compact-sm" onClick={() => change(index, { until: holiday.day + 1 })}>
                    {t("holiday.longer")}
                  </Button>
                )}
              </span>
            )}
            <ActionIcon variant="subtle" color="gray" size={36} aria-label={t("holiday.remove", { name: holiday.name })} onClick={() => onChange(value.filter((_, at) => at !== index))}>
              <IconX size={16} stroke={1.6} />
            </ActionIcon>
          </li>
        ))}
      </ul>
    </section>
  );
}

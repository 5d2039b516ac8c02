/** Calls over time: a chart, and the same numbers as a table for whoever would rather read them. */
import { Button, SegmentedControl } from "@mantine/core";
import { IconChartBar, IconTable } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { fromGregorian } from "@/api";
import { BarChart, type Series as Bars } from "@/ui/chart/bar-chart";
import { money } from "@/ui/money";
import page from "@/ui/page.module.css";
import { Scroll } from "@/ui/scroll";
import { Skeleton } from "@/ui/skeleton";

import { type By, CUTS, type Measure, MEASURES } from "./-period";
import type { Part, Series } from "./-reports";
import classes from "./-reports.module.css";

interface Props {
  series: Series | undefined;
  by: By;
  possible: By[];
  measure: Measure;
  onBy: (by: By) => void;
  onMeasure: (measure: Measure) => void;
}

export function OverTime({ series, by, possible, measure, onBy, onMeasure }: Props) {
  const { t, i18n } = useTranslation("reports");
  const [table, setTable] = useState(false);
  const name = useNames(by, series?.timezone ?? "UTC");
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 });
  const format = (value: number) => (measure === "margin" ? money(value, series?.currency ?? "", i18n.language) : measure === "asr" ? `${number.format(value)} %` : number.format(value));
  return (
    <div className={`${page.card} ${classes.card}`}>
      <div className={classes.cardHead}>
        <h2 className={classes.heading}>{t("overTime")}</h2>
        <div className={classes.choices}>
          <SegmentedControl size="xs" aria-label={t("measure.label")} value={measure} onChange={(value) => onMeasure(value as Measure)} data={MEASURES.map((value) => ({ value, label: t(`measure.${value}`) }))} />
          <SegmentedControl size="xs" aria-label={t("by.label")} value={by} onChange={(value) => onBy(value as By)} data={CUTS.filter((one) => possible.includes(one)).map((value) => ({ value, label: t(`by.${value}`) }))} />
          <Button size="compact-sm" variant="default" leftSection={table ? <IconChartBar size={14} stroke={1.8} /> : <IconTable size={14} stroke={1.8} />} onClick={() => setTable(!table)}>
            {t(table ? "asChart" : "asTable")}
          </Button>
        </div>
      </div>
      {!series && <Skeleton width={320} />}
      {series && !table && <BarChart label={t("overTime")} height={240} columns={series.rows.map((row) => name(row.start))} series={bars(measure, series.rows, t)} format={format} />}
      {series && table && <Numbers series={series} name={(start) => name(start).long} />}
    </div>
  );
}

function bars(measure: Measure, rows: Part[], t: (key: "answered" | "notAnswered" | "outbound" | "inbound" | "internal" | "asr" | "cost" | "margin") => string): Bars[] {
  const of = (value: (row: Part) => number) => rows.map(value);
  if (measure === "calls")
    return [
      { name: t("answered"), tone: "accent", values: of((row) => row.all.answered) },
      { name: t("notAnswered"), tone: "quiet", values: of((row) => row.all.calls - row.all.answered) },
    ];
  if (measure === "minutes")
    return [
      { name: t("outbound"), tone: "accent", values: of((row) => row.outbound.minutes) },
      { name: t("inbound"), tone: "good", values: of((row) => row.inbound.minutes) },
      { name: t("internal"), tone: "quiet", values: of((row) => row.internal.minutes) },
    ];
  if (measure === "asr") return [{ name: t("asr"), tone: "accent", values: of((row) => row.all.asr ?? 0) }];
  // One on the other they are the revenue; a loss is seen in the table.
  return [
    { name: t("cost"), tone: "quiet", values: of((row) => row.all.cost) },
    { name: t("margin"), tone: "good", values: of((row) => Math.max(row.all.margin ?? 0, 0)) },
  ];
}

/** How an hour, day or month is written, short and long, in the report's own time zone. */
function useNames(by: By, timeZone: string): (start: number) => { short: string; long: string } {
  const { i18n } = useTranslation();
  const options: Record<By, [Intl.DateTimeFormatOptions, Intl.DateTimeFormatOptions]> = {
    hour: [{ hour: "numeric" }, { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit", timeZoneName: "short" }],
    day: [{ day: "numeric", month: "short" }, { weekday: "long", day: "numeric", month: "long", year: "numeric" }],
    month: [{ month: "short", year: "2-digit" }, { month: "long", year: "numeric" }],
  };
  const [short, long] = options[by].map((one) => new Intl.DateTimeFormat(i18n.language, { ...one, timeZone }));
  return (start) => ({ short: short?.format(fromGregorian(start)) ?? "", long: long?.format(fromGregorian(start)) ?? "" });
}

function Numbers({ series, name }: { series: Series; name: (start: number) => string }) {
  const { t, i18n } = useTranslation("reports");
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 });
  const amount = (value: number) => money(value, series.currency, i18n.language);
  return (
    <Scroll label={t("overTime")}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("time")}</th>
            <th scope="col">{t("calls")}</th>
            <th scope="col">{t("asr")}</th>
            <th scope="col">{t("minutes")}</th>
            <th scope="col">{t("revenue")}</th>
            <th scope="col">{t("cost")}</th>
            <th scope="col">{t("margin")}</th>
          </tr>
        </thead>
        <tbody>
          {series.rows.map(({ start, all }) => (
            <tr key={start}>
              <th scope="row">{name(start)}</th>
              <td>{number.format(all.calls)}</td>
              <td>{all.asr === null ? "–" : `${number.format(all.asr)} %`}</td>
              <td>{number.format(all.minutes)}</td>
              <td>{amount(all.revenue)}</td>
              <td>{amount(all.cost)}</td>
              <td>{all.margin === null ? t("noCost") : amount(all.margin)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** The columns of the call log. */
import { IconArrowDownLeft, IconArrowUpRight } from "@tabler/icons-react";
import type { TFunction } from "i18next";

import { type Cdr, fromGregorian } from "@/api";
import type { Column } from "@/ui/list/columns";
import { readable } from "@/ui/phone-number";
import { StateDot, type Tone } from "@/ui/state-dot";

import classes from "./-calls.module.css";
import { callee, caller, type Outcome, outcome } from "./-cdr";
import { length } from "./-time";

const TONES: Record<Outcome, Tone> = { answered: "good", missed: "off", busy: "off", declined: "off", failed: "bad" };

function Party({ number, name }: { number: string; name?: string }) {
  return (
    <span className={classes.party}>
      {name && <span>{name}</span>}
      <span className={name ? classes.second : undefined}>{readable(number) || "–"}</span>
    </span>
  );
}

/** Columns with titles and times in the chosen language. */
export function callColumns(t: TFunction<["calls", "ui"]>, language: string): Column<Cdr>[] {
  const when = new Intl.DateTimeFormat(language, { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
  return [
    { id: "from", title: t("column.from"), cell: (row) => <Party {...caller(row)} />, value: (row) => caller(row).number, phone: "39%" },
    {
      id: "to",
      title: t("column.to"),
      cell: (row) => <Party {...callee(row)} />,
      value: (row) => callee(row).number,
      phone: "26%",
    },
    {
      id: "direction",
      title: t("column.direction"),
      cell: (row) => {
        const out = row.call_direction === "outbound";
        const Arrow = out ? IconArrowUpRight : IconArrowDownLeft;
        return (
          <span className={classes.direction}>
            <Arrow size={16} stroke={1.6} aria-hidden />
            {t(out ? "direction.outbound" : "direction.inbound")}
          </span>
        );
      },
      value: (row) => row.call_direction ?? "",
      width: "128px",
      wide: true,
    },
    { id: "when", title: t("column.when"), cell: (row) => when.format(fromGregorian(row.timestamp)), value: (row) => fromGregorian(row.timestamp).toISOString(), width: "160px", wide: true },
    { id: "length", title: t("column.length"), cell: (row) => length(row.duration_seconds), value: (row) => row.duration_seconds, width: "96px", numeric: true, wide: true },
    {
      id: "outcome",
      title: t("column.outcome"),
      cell: (row) => (
        <span className={classes.outcome}>
          <StateDot tone={TONES[outcome(row)]}>{t(`outcome.${outcome(row)}`)}</StateDot>
          {/* A phone has no room for a column of times. */}
          <small>{when.format(fromGregorian(row.timestamp))}</small>
        </span>
      ),
      value: (row) => t(`outcome.${outcome(row)}`),
      width: "144px",
    },
  ];
}

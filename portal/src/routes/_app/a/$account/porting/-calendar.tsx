/** The days on which numbers move: confirmed (FOC) and wished for, a month at a time. */
import { ActionIcon, Button } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { type Card, monthAfter, weeksOf } from "./-port";
import classes from "./-porting.module.css";

interface Props {
  cards: readonly Card[] | undefined;
  month: string;
  today: string;
  onMonth: (month: string | undefined) => void;
  onOpen: (id: string) => void;
}

export function Calendar({ cards, month, today, onMonth, onOpen }: Props) {
  const { t, i18n } = useTranslation("porting");
  const title = new Intl.DateTimeFormat(i18n.language, { month: "long", year: "numeric", timeZone: "UTC" }).format(new Date(`${month}-01`));
  const weekday = new Intl.DateTimeFormat(i18n.language, { weekday: "short", timeZone: "UTC" });
  const long = new Intl.DateTimeFormat(i18n.language, { dateStyle: "full", timeZone: "UTC" });
  const weeks = weeksOf(month);
  const days = Map.groupBy(cards?.filter(({ transfer_date: day, port_state: state }) => day && state !== "canceled" && state !== "rejected") ?? [], (card) => card.transfer_date ?? "");
  const any = weeks.flat().some((day) => days.has(day));
  return (
    <section aria-label={t("calendar.label")}>
      <div className={classes.calendarHead}>
        <h2>{title}</h2>
        <div>
          <ActionIcon variant="default" size={36} aria-label={t("calendar.before")} onClick={() => onMonth(monthAfter(month, -1))}>
            <IconChevronLeft size={16} stroke={1.6} />
          </ActionIcon>
          <Button variant="default" onClick={() => onMonth(undefined)}>
            {t("calendar.today")}
          </Button>
          <ActionIcon variant="default" size={36} aria-label={t("calendar.after")} onClick={() => onMonth(monthAfter(month, 1))}>
            <IconChevronRight size={16} stroke={1.6} />
          </ActionIcon>
        </div>
      </div>
      {!any && <p className={classes.calendarNone}>{t("calendar.none")}</p>}
      <table className={classes.calendar}>
        <thead>
          <tr>
            {weeks[0]?.map((day) => (
              <th key={day} scope="col">
                {weekday.format(new Date(day))}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr key={week[0]}>
              {week.map((day) => (
                <td key={day} data-other={day.slice(0, 7) === month ? undefined : true} data-today={day === today || undefined} data-empty={days.has(day) ? undefined : true}>
                  <span className={classes.dayNumber} aria-hidden>
                    {Number(day.slice(8))}
                  </span>
                  <span className={classes.dayName}>{long.format(new Date(day))}</span>
                  {days.get(day)?.map((card) => (
                    <button key={card.id} type="button" className={classes.dayOrder} data-state={card.port_state} onClick={() => onOpen(card.id)}>
                      <span>{card.name}</span>
                      <span className={classes.dayFact}>{t("calendar.fact", { numbers: t("numbersCount", { count: card.numbers.length }), state: t(card.port_state === "unconfirmed" || card.port_state === "submitted" || card.port_state === "pending" ? "calendar.wished" : `state.${card.port_state}`) })}</span>
                    </button>
                  ))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

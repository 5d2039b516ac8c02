/** What a caller of the main number meets, drawn: numbers, then the clock, then one lane per time of day, each a button that edits it. */
import { IconBeach, IconChevronRight, IconClock, IconMoon, IconPhoneIncoming, IconSun, IconToolsKitchen2, type Icon } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";

import { clock, spoken } from "@/pbx/hours";
import { type Lane, laneForm, type MainNumber, type Schedule } from "@/pbx/main-number";
import { type Period, PERIODS } from "@/pbx/periods";
import type { Targets } from "@/pbx/use-targets";
import { readable } from "@/ui/phone-number";

import classes from "./-main.module.css";

const ICONS: Record<Period, Icon> = { open: IconSun, lunch: IconToolsKitchen2, after: IconMoon, holidays: IconBeach };

/** The hours in a line: "Mon–Fri 09:00–18:00". */
export function hoursInWords(schedule: Schedule, t: TFunction<["main-number", "ui"]>): string {
  if (schedule.always) return t("hours.always");
  const groups = spoken(schedule.week).filter(({ intervals }) => intervals.length > 0);
  if (groups.length === 0) return t("hours.never");
  return groups
    .map(({ days, intervals }) => {
      const [first, last] = [days[0] ?? "monday", days.at(-1) ?? "monday"];
      const span = days.length > 1 ? `${t(`dayShort.${first}`)}–${t(`dayShort.${last}`)}` : t(`dayShort.${first}`);
      return `${span} ${intervals.map(([start, stop]) => `${clock(start)}–${clock(stop)}`).join(", ")}`;
    })
    .join(" · ");
}

interface Props {
  main: MainNumber;
  schedule: Schedule;
  targets: Targets;
  onEdit: (what: "numbers" | Period) => void;
}

export function CallersPath({ main, schedule, targets, onEdit }: Props) {
  const { t } = useTranslation(["main-number", "ui"]);
  const shown = PERIODS.filter((period) => (period === "lunch" ? schedule.lunch.on : period === "holidays" ? schedule.holidays.length > 0 : period === "open" || !schedule.always));
  return (
    <div className={classes.path}>
      <button type="button" className={classes.stop} data-empty={main.numbers.length === 0 || undefined} onClick={() => onEdit("numbers")}>
        <IconPhoneIncoming size={20} stroke={1.6} aria-hidden />
        <span className={classes.stopName}>{t("path.calls")}</span>
        {main.numbers.length ? main.numbers.slice(0, 4).map((number) => <strong key={number} className="tabular">{readable(number)}</strong>) : <strong>{t("path.noNumber")}</strong>}
        {main.numbers.length > 4 && <small>{t("path.more", { count: main.numbers.length - 4 })}</small>}
      </button>
      <span className={classes.wire} aria-hidden />
      <div className={classes.stop} data-still>
        <IconClock size={20} stroke={1.6} aria-hidden />
        <span className={classes.stopName}>{t("path.when")}</span>
        <strong>{hoursInWords(schedule, t)}</strong>
      </div>
      <span className={classes.wire} aria-hidden />
      <ol className={classes.lanes}>
        {shown.map((period) => (
          <LaneRow key={period} period={period} lane={main.lanes[period]} targets={targets} onEdit={() => onEdit(period)} />
        ))}
      </ol>
    </div>
  );
}

function LaneRow({ period, lane, targets, onEdit }: { period: Period; lane: Lane; targets: Targets; onEdit: () => void }) {
  const { t } = useTranslation(["main-number", "ui"]);
  const Symbol = ICONS[period];
  const { goes, keys, greeting, hunt } = laneForm(lane);
  const menu = goes === "menu";
  const choices = Object.entries(keys).filter(([key]) => key !== "_");
  return (
    <li>
      <button type="button" className={classes.lane} onClick={onEdit}>
        <Symbol size={18} stroke={1.6} aria-hidden />
        <span className={classes.laneName}>{t(`lane.${period}`)}</span>
        <span className={classes.laneDoes}>
          <strong>{menu ? t("lane.receptionist") : targets.nameOf(goes)}</strong>
          {menu && !greeting && <span className={classes.warn}>{t("lane.noGreeting")}</span>}
          {menu && choices.length > 0 && (
            <span className={classes.keys}>
              {choices.slice(0, 6).map(([key, target]) => (
                <span key={key}>
                  <kbd>{key === "timeout" ? "…" : key}</kbd> {targets.nameOf(target)}
                </span>
              ))}
            </span>
          )}
          {menu && hunt && <span className={classes.quiet}>{t("lane.extensions")}</span>}
        </span>
        <IconChevronRight size={16} stroke={1.6} aria-hidden />
      </button>
    </li>
  );
}

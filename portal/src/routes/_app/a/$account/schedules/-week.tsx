/** A schedule's week as one sees it: a bar per day. Drag on a day to set the hours; the day's name switches the day. */
import { type PointerEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { type Day, DAY_END, DAYS, daysOf, partsOf, type RuleDoc } from "./-rule";
import classes from "./-schedules.module.css";

const STEP = 900;

interface Props {
  rule: RuleDoc;
  onChange?: (changes: Partial<RuleDoc>) => void;
}

export function Week({ rule, onChange }: Props) {
  const { t } = useTranslation(["schedules", "ui"]);
  const [brush, setBrush] = useState<{ day: Day; from: number; to: number } | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const on = rule.cycle === "daily" ? [...DAYS] : daysOf(rule);
  const at = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(DAY_END, Math.round((((event.clientX - left) / width) * DAY_END) / STEP) * STEP));
  };
  const finish = () => {
    if (!brush) return;
    const [start, stop] = [Math.min(brush.from, brush.to), Math.max(brush.from, brush.to)];
    if (stop > start) onChange?.({ time_window_start: start, time_window_stop: stop, ...(on.includes(brush.day) || rule.cycle === "daily" ? {} : { wdays: DAYS.filter((day) => on.includes(day) || day === brush.day) }) });
    setBrush(null);
  };
  return (
    <div ref={box} className={classes.week}>
      <div className={classes.hours} aria-hidden>
        {[0, 6, 12, 18, 24].map((hour) => (
          <span key={hour} style={{ insetInlineStart: `${(hour / 24) * 100}%` }}>
            {hour}
          </span>
        ))}
      </div>
      {DAYS.map((day) => (
        <div key={day} className={classes.row}>
          <button type="button" className={classes.day} aria-pressed={on.includes(day)} disabled={!onChange || rule.cycle !== "weekly"} onClick={() => onChange?.({ wdays: DAYS.filter((each) => (each === day ? !on.includes(day) : on.includes(each))) })}>
            {t(`day.${day}`)}
          </button>
          <div
            className={classes.bar}
            data-editable={onChange ? true : undefined}
            aria-hidden
            onPointerDown={(event) => {
              if (!onChange) return;
              event.currentTarget.setPointerCapture(event.pointerId);
              setBrush({ day, from: at(event), to: at(event) });
            }}
            onPointerMove={(event) => brush?.day === day && setBrush({ ...brush, to: at(event) })}
            onPointerUp={finish}
            onPointerCancel={() => setBrush(null)}
          >
            {partsOf(rule, day).map(([from, to]) => (
              <span key={from} style={{ insetInlineStart: `${(from / DAY_END) * 100}%`, width: `${((to - from) / DAY_END) * 100}%` }} />
            ))}
            {brush?.day === day && <span data-brush style={{ insetInlineStart: `${(Math.min(brush.from, brush.to) / DAY_END) * 100}%`, width: `${(Math.abs(brush.to - brush.from) / DAY_END) * 100}%` }} />}
          </div>
        </div>
      ))}
    </div>
  );
}

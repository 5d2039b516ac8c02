/**
 * The week as a grid of half hours that one paints: press and drag opens or closes, Space does it by keyboard, Shift with an arrow
 * paints on. Beside each day the same hours as text, to the minute, for those who would rather type.
 */
/* oxlint-disable jsx-a11y/prefer-tag-over-role -- a table cannot be laid out as a grid of 48 equal columns without losing its roles */
import { TextInput } from "@mantine/core";
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { CELL, cellState, clock, type Day, DAY_END, DAYS, type Interval, joined, painted, seconds, type Week } from "@/pbx/hours";

import classes from "./-main.module.css";

const CELLS = DAY_END / CELL;

/** "09:00–12:00, 13:00–18:00" of intervals, and back; undefined for what cannot be read. */
export function textOf(intervals: readonly Interval[]): string {
  return intervals.map(([start, stop]) => `${clock(start)}–${clock(stop)}`).join(", ");
}

export function intervalsOf(text: string): Interval[] | undefined {
  const parts = text.split(/[,;]/).filter((part) => part.trim());
  const read = parts.map((part) => part.split(/[-–—]|\bto\b|\bà\b/).map((time) => seconds(time.trim().replace(/^(\d{1,2})h?$/, "$1:00").replace("h", ":"))));
  if (read.some((pair) => pair.length !== 2 || pair[0] === undefined || pair[1] === undefined || pair[1] <= pair[0])) return undefined;
  return joined(read.map(([start, stop]) => [start ?? 0, stop ?? 0] as const));
}

interface Props {
  week: Week;
  onChange: (week: Week) => void;
  disabled?: boolean;
}

export function WeekGrid({ week, onChange, disabled }: Props) {
  const { t } = useTranslation(["main-number", "ui"]);
  const [focus, setFocus] = useState<{ day: number; cell: number }>({ day: 0, cell: 18 });
  const brush = useRef<{ open: boolean; day: number; from: number } | null>(null);
  const grid = useRef<HTMLDivElement>(null);

  const paint = (day: Day, from: number, to: number, open: boolean) => {
    const [first, last] = [Math.min(from, to), Math.max(from, to)];
    onChange({ ...week, [day]: painted(week[day], first * CELL, (last + 1) * CELL, open) });
  };
  const cellAt = (event: PointerEvent): { day: number; cell: number } | undefined => {
    const found = document.elementFromPoint(event.clientX, event.clientY)?.closest<HTMLElement>("[data-cell]");
    return found && grid.current?.contains(found) ? { day: Number(found.dataset.day), cell: Number(found.dataset.cell) } : undefined;
  };
  const onPointerDown = (event: PointerEvent) => {
    const at = cellAt(event);
    const day = at && DAYS[at.day];
    if (!at || !day || disabled) return;
    grid.current?.setPointerCapture(event.pointerId);
    const open = cellState(week[day], at.cell * CELL) !== "open";
    brush.current = { open, day: at.day, from: at.cell };
    setFocus(at);
    paint(day, at.cell, at.cell, open);
  };
  const onPointerMove = (event: PointerEvent) => {
    const at = brush.current && cellAt(event);
    if (!at || !brush.current) return;
    // Dragging over several days paints the same hours on each of them.
    const { open, day, from } = brush.current;
    const next = { ...week };
    for (let index = Math.min(day, at.day); index <= Math.max(day, at.day); index += 1) {
      const name = DAYS[index];
      if (name) next[name] = painted(next[name], Math.min(from, at.cell) * CELL, (Math.max(from, at.cell) + 1) * CELL, open);
    }
    onChange(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const day = DAYS[focus.day];
    if (!day || disabled) return;
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -CELLS], End: [0, CELLS] }[event.key];
    const open = cellState(week[day], focus.cell * CELL) === "open";
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      paint(day, focus.cell, focus.cell, !open);
    } else if (move) {
      event.preventDefault();
      const next = { day: Math.max(0, Math.min(6, focus.day + (move[0] ?? 0))), cell: Math.max(0, Math.min(CELLS - 1, focus.cell + (move[1] ?? 0))) };
      const target = DAYS[next.day];
      if (event.shiftKey && target) paint(target, next.cell, next.cell, open);
      setFocus(next);
      grid.current?.querySelector<HTMLElement>(`[data-day="${next.day}"][data-cell="${next.cell}"]`)?.focus();
    }
  };

  return (
    <div className={classes.week} data-disabled={disabled || undefined}>
      <div className={classes.hoursHead} aria-hidden>
        {[0, 3, 6, 9, 12, 15, 18, 21].map((hour) => (
          <span key={hour} style={{ insetInlineStart: `${(hour / 24) * 100}%` }}>
            {clock(hour * 3600)}
          </span>
        ))}
      </div>
      <div
        ref={grid}
        className={classes.grid}
        role="grid"
        aria-label={t("hours.grid")}
        tabIndex={-1}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={() => (brush.current = null)}
        onPointerCancel={() => (brush.current = null)}
        onKeyDown={onKeyDown}
      >
        {DAYS.map((day, row) => (
          <div key={day} className={classes.day} role="row">
            <span className={classes.dayName} role="rowheader">
              {t(`day.${day}`)}
            </span>
            {Array.from({ length: CELLS }, (_, cell) => {
              const state = cellState(week[day], cell * CELL);
              return (
                <span
                  // oxlint-disable-next-line react/no-array-index-key -- a cell is its time
                  key={cell}
                  role="gridcell"
                  aria-selected={state !== "closed"}
                  aria-label={t("hours.cell", { time: clock(cell * CELL), state: t(`hours.${state}`) })}
                  tabIndex={!disabled && focus.day === row && focus.cell === cell ? 0 : -1}
                  className={classes.cell}
                  data-state={state}
                  data-day={row}
                  data-cell={cell}
                  data-hour={cell % 2 === 0 || undefined}
                />
              );
            })}
            <DayText day={day} intervals={week[day]} onChange={(next) => onChange({ ...week, [day]: next })} disabled={disabled} />
          </div>
        ))}
      </div>
    </div>
  );
}

function DayText({ day, intervals, onChange, disabled }: { day: Day; intervals: readonly Interval[]; onChange: (next: Interval[]) => void; disabled?: boolean }) {
  const { t } = useTranslation(["main-number", "ui"]);
  const [typed, setTyped] = useState<string | null>(null);
  const wrong = typed !== null && intervalsOf(typed) === undefined;
  const finish = () => {
    const read = typed === null ? undefined : intervalsOf(typed);
    if (read) onChange(read);
    if (read || typed === "") setTyped(null);
  };
  return (
    <span role="gridcell" className={classes.dayText} onPointerDown={(event) => event.stopPropagation()}>
      <TextInput
        value={typed ?? textOf(intervals)}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onBlur={finish}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === "Enter") finish();
          if (event.key === "Escape") setTyped(null);
        }}
        placeholder={t("hours.closed")}
        aria-label={t("hours.text", { day: t(`day.${day}`) })}
        error={wrong ? t("hours.textWrong") : undefined}
        disabled={disabled}
      />
    </span>
  );
}

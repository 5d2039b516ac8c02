/**
 * Who rings when, drawn: a bar per device from its first to its last second. Bars are dragged, their ends too; by keyboard each is
 * a slider: arrows move by a second, with Shift by five.
 */
import { Switch } from "@mantine/core";
import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import { useTranslation } from "react-i18next";

import classes from "./timeline.module.css";
import { endOf, LONGEST, moved, type Span, startedAt, stretched } from "./timeline-math";

export interface TimelineRow extends Span {
  id: string;
  name: string;
  detail?: string;
  on: boolean;
}

interface Props {
  rows: readonly TimelineRow[];
  onChange: (rows: TimelineRow[]) => void;
  /** What happens when the last bar has ended. */
  then?: string;
}

type Grip = "move" | "start" | "stop";

export function Timeline({ rows, onChange, then }: Props) {
  const { t } = useTranslation();
  const track = useRef<HTMLDivElement>(null);
  const drag = useRef<{ id: string; grip: Grip; offset: number } | null>(null);
  const active = rows.filter(({ on }) => on);
  const end = endOf(active);
  const scale = Math.min(LONGEST, Math.max(60, Math.ceil((end + 10) / 20) * 20));
  const percent = (seconds: number) => `${(Math.min(seconds, scale) / scale) * 100}%`;

  const change = (id: string, make: (row: TimelineRow) => Partial<TimelineRow>) => onChange(rows.map((row) => (row.id === id ? { ...row, ...make(row) } : row)));
  const apply = (row: Span, grip: Grip, to: number): Span => (grip === "move" ? moved(row, to) : grip === "start" ? startedAt(row, to) : stretched(row, to));
  const secondAt = (event: PointerEvent) => {
    const box = track.current?.getBoundingClientRect();
    return box ? ((event.clientX - box.left) / box.width) * scale : 0;
  };
  const grab = (row: TimelineRow, grip: Grip) => (event: PointerEvent<HTMLElement>) => {
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { id: row.id, grip, offset: secondAt(event) - (grip === "stop" ? row.delay + row.timeout : row.delay) };
  };
  const onMove = (event: PointerEvent) => {
    const now = drag.current;
    if (now) change(now.id, (row) => apply(row, now.grip, secondAt(event) - now.offset));
  };
  const onKey = (row: TimelineRow, grip: Grip) => (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const at = grip === "stop" ? row.delay + row.timeout : row.delay;
    change(row.id, (found) => apply(found, grip, at + step * (event.shiftKey ? 5 : 1)));
  };
  const handle = (row: TimelineRow, grip: Grip) => {
    const value = grip === "stop" ? row.delay + row.timeout : row.delay;
    return {
      role: "slider" as const,
      tabIndex: 0,
      "aria-label": t(`timeline.${grip}`, { name: row.name }),
      "aria-valuemin": 0,
      "aria-valuemax": LONGEST,
      "aria-valuenow": value,
      "aria-valuetext": t("timeline.seconds", { count: value }),
      onPointerDown: grab(row, grip),
      onPointerMove: onMove,
      onPointerUp: () => (drag.current = null),
      onPointerCancel: () => (drag.current = null),
      onKeyDown: onKey(row, grip),
    };
  };

  return (
    <div className={classes.timeline}>
      <div className={classes.scale} aria-hidden>
        <span />
        <div ref={track}>
          {Array.from({ length: Math.floor(scale / 20) + 1 }, (_, index) => index * 20).map((second) => (
            <span key={second} style={{ insetInlineStart: percent(second) }}>
              {second} s
            </span>
          ))}
        </div>
        <span />
      </div>
      <ul>
        {rows.map((row) => (
          <li key={row.id} className={classes.row} data-off={!row.on || undefined}>
            <span className={classes.who}>
              <span>{row.name}</span>
              {row.detail && <small>{row.detail}</small>}
            </span>
            <div className={classes.track}>
              {row.on ? (
                <div className={classes.bar} style={{ insetInlineStart: percent(row.delay), width: `calc(${percent(row.delay + row.timeout)} - ${percent(row.delay)})` }}>
                  <span className={classes.length} {...handle(row, "move")}>
                    {row.timeout} s
                  </span>
                  <span className={classes.grip} data-side="start" {...handle(row, "start")} />
                  <span className={classes.grip} data-side="stop" {...handle(row, "stop")} />
                </div>
              ) : (
                <span className={classes.silent}>{t("timeline.silent")}</span>
              )}
              {then && active.length > 0 && <span className={classes.end} style={{ insetInlineStart: percent(end) }} aria-hidden />}
            </div>
            <Switch size="xs" checked={row.on} onChange={(event) => change(row.id, () => ({ on: event.target.checked }))} aria-label={t("timeline.ring", { name: row.name })} />
          </li>
        ))}
      </ul>
      {then && <p className={classes.then}>{active.length ? t("timeline.then", { seconds: end, then }) : t("timeline.nobody", { then })}</p>}
    </div>
  );
}

/** Bars over time, stacked; the numbers of a column show when one points at it or steps to it with the arrow keys. */
import { useElementSize } from "@mantine/hooks";
import { type KeyboardEvent, useState } from "react";

import classes from "./chart.module.css";
import { every, ticks } from "./scale";

export interface Series {
  name: string;
  tone: "accent" | "quiet" | "good" | "bad";
  values: readonly number[];
}

interface Props {
  /** What the chart shows, for those who do not see it. */
  label: string;
  /** One per column: short below it, long in its note. */
  columns: readonly { short: string; long: string }[];
  series: readonly Series[];
  format: (value: number) => string;
  height?: number;
}

const [BOTTOM, TOP] = [24, 8];
/** Pixels for the words at the left: at least, of a letter, and beside them. */
const [AT_LEAST, LETTER, BESIDE] = [44, 7, 12];

export function BarChart({ label, columns, series, format, height = 200 }: Props) {
  const { ref, width } = useElementSize();
  const [at, setAt] = useState<number | null>(null);
  const sums = columns.map((_, column) => series.reduce((sum, { values }) => sum + (values[column] ?? 0), 0));
  const lines = ticks(Math.max(0, ...sums));
  const most = lines.at(-1) ?? 1;
  const left = Math.max(AT_LEAST, BESIDE + LETTER * Math.max(...lines.map((line) => format(line).length)));
  const [room, tall] = [Math.max(width - left, 0), height - BOTTOM - TOP];
  const step = room / Math.max(columns.length, 1);
  const bar = Math.max(2, Math.min(step * 0.72, 32));
  const y = (value: number) => TOP + tall - (value / most) * tall;
  const nth = every(columns.length, room, 52);
  const go = (event: KeyboardEvent) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!move) return;
    event.preventDefault();
    setAt((now) => Math.max(0, Math.min(columns.length - 1, (now ?? (move > 0 ? -1 : columns.length)) + move)));
  };
  return (
    <figure className={classes.chart}>
      <ul className={classes.legend} aria-hidden>
        {series.map(({ name, tone }) => (
          <li key={name} data-tone={tone}>
            {name}
          </li>
        ))}
      </ul>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/prefer-tag-over-role -- arrow keys step through the columns; the table below says the same */}
      <div ref={ref} className={classes.plot} style={{ height }} role="group" tabIndex={0} aria-label={label} onKeyDown={go} onBlur={() => setAt(null)} onPointerLeave={() => setAt(null)}>
        <svg width={width} height={height} aria-hidden>
          {lines.map((line) => (
            <g key={line}>
              <line x1={left} x2={width} y1={y(line)} y2={y(line)} className={classes.line} />
              <text x={left - 8} y={y(line) + 4} className={classes.tick} textAnchor="end">
                {format(line)}
              </text>
            </g>
          ))}
          {columns.map(({ short }, column) => {
            let below = 0;
            const middle = left + step * (column + 0.5);
            return (
              <g key={column} data-dim={(at !== null && at !== column) || undefined} className={classes.column}>
                <rect x={left + step * column} y={TOP} width={step} height={tall} className={classes.hit} onPointerEnter={() => setAt(column)} />
                {series.map(({ name, tone, values }) => {
                  const value = values[column] ?? 0;
                  const from = below;
                  below += value;
                  if (value <= 0) return null;
                  return <rect key={name} x={middle - bar / 2} width={bar} y={y(below)} height={Math.max(1, y(from) - y(below))} rx={Math.min(2, bar / 4)} className={classes.bar} data-tone={tone} />;
                })}
                {column % nth === 0 && (
                  <text x={middle} y={height - 6} className={classes.tick} textAnchor="middle">
                    {short}
                  </text>
                )}
              </g>
            );
          })}
        </svg>
        {at !== null && columns[at] && (
          <div className={classes.note} data-side={at > columns.length / 2 ? "left" : "right"} style={{ left: left + step * (at + 0.5) }} aria-live="polite">
            <p>{columns[at].long}</p>
            {series.map(({ name, tone, values }) => (
              <p key={name} data-tone={tone}>
                <span>{name}</span> <strong>{format(values[at] ?? 0)}</strong>
              </p>
            ))}
          </div>
        )}
      </div>
      <table className="visually-hidden">
        <caption>{label}</caption>
        <thead>
          <tr>
            <td />
            {series.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {columns.map(({ long }, column) => (
            <tr key={long}>
              <th scope="row">{long}</th>
              {series.map(({ name, values }) => (
                <td key={name}>{format(values[column] ?? 0)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

/** The numbers beside a chart: round steps that people read; pure. */

/** Round values from 0 up to at least `most`, at most `lines` of them above 0. */
export function ticks(most: number, lines = 4): number[] {
  if (!(most > 0)) return [0, 1];
  const raw = most / lines;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 2.5, 5, 10].find((one) => one * power >= raw) ?? 10) * power;
  const whole = most >= 1 && Number.isInteger(most) ? Math.max(1, step) : step;
  const count = Math.ceil(most / whole - 1e-9);
  return Array.from({ length: count + 1 }, (_, at) => Number((at * whole).toPrecision(12)));
}

/** Which of `count` labels fit when each needs `wide` of `room` pixels: every n-th. */
export function every(count: number, room: number, wide: number): number {
  return Math.max(1, Math.ceil((count * wide) / Math.max(room, 1)));
}

/** A device's place on the find-me timeline: rings from `delay` for `timeout` seconds; pure. */

export interface Span {
  delay: number;
  timeout: number;
}

export const LONGEST = 120;
export const SHORTEST = 5;

const within = (value: number, low: number, high: number) => Math.max(low, Math.min(high, Math.round(value)));

/** The whole bar moved so that it starts at `delay`. */
export function moved(span: Span, delay: number): Span {
  return { ...span, delay: within(delay, 0, LONGEST - span.timeout) };
}

/** The end moved to `stop`. */
export function stretched(span: Span, stop: number): Span {
  return { ...span, timeout: within(stop - span.delay, SHORTEST, LONGEST - span.delay) };
}

/** The start moved to `start`, the end staying where it is. */
export function startedAt(span: Span, start: number): Span {
  const stop = span.delay + span.timeout;
  const delay = within(start, 0, stop - SHORTEST);
  return { delay, timeout: stop - delay };
}

/** When nobody rings any more. */
export function endOf(spans: readonly Span[]): number {
  return spans.reduce((most, { delay, timeout }) => Math.max(most, delay + timeout), 0);
}

/** Each after the other, `seconds` long. */
export function oneByOne(count: number, seconds = 20): Span[] {
  const each = Math.max(SHORTEST, Math.min(seconds, Math.floor(LONGEST / Math.max(1, count))));
  return Array.from({ length: count }, (_, index) => ({ delay: Math.min(index * each, LONGEST - SHORTEST), timeout: each }));
}

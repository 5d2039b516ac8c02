/** The dialect counts seconds from the year 0 (Gregorian); browsers from 1970. */

const OFFSET = 62_167_219_200;

/** Gregorian seconds of a moment. */
export function toGregorian(moment: Date): number {
  return Math.floor(moment.getTime() / 1000) + OFFSET;
}

/** The moment of Gregorian seconds. */
export function fromGregorian(seconds: number): Date {
  return new Date((seconds - OFFSET) * 1000);
}

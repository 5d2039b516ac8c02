/** Numbers that people type or paste: one a line or with commas, ranges too; every line gets its verdict before anything is sent. */

export interface Typed {
  /** In E.164, each once, in the order typed. */
  numbers: string[];
  /** What could not be read, as typed, and why. */
  problems: { text: string; why: "notE164" | "rangeOrder" | "rangeTooLong" }[];
}

/** More in one range is a mistake more often than a wish. */
export const LONGEST_RANGE = 10_000;

/** E.164 of one number, or undefined. Ten digits are North American, as in the API. */
export function e164(text: string): string | undefined {
  const digits = text.replaceAll(/[\s().\u00a0-]/g, "");
  if (/^[2-9]\d{9}$/.test(digits)) return `+1${digits}`;
  if (/^1[2-9]\d{9}$/.test(digits)) return `+${digits}`;
  if (!/^\+[1-9]\d{7,14}$/.test(digits)) return undefined;
  return !digits.startsWith("+1") || digits.length === 12 ? digits : undefined;
}

/** "+14165550100-0149" (or "… to +14165550149"): first and last number of a range. */
function rangeOf(text: string): [string, string] | undefined {
  const [, first = "", last = ""] = /^(\+?[\d\s().]+?)\s*(?:-|–|\.\.|to|à)\s*(\+?\d[\d\s]*)$/i.exec(text) ?? [];
  const [from, tail] = [e164(first), last.replaceAll(/\s/g, "")];
  if (!from || !tail) return undefined;
  if (tail.startsWith("+")) return [from, tail];
  return [from, from.slice(0, from.length - tail.length) + tail];
}

/** Read what was typed. */
export function parseNumbers(text: string): Typed {
  const found = new Set<string>();
  const problems: Typed["problems"] = [];
  for (const part of text.split(/[\n,;]+/).map((line) => line.trim()).filter(Boolean)) {
    const single = e164(part);
    if (single) {
      found.add(single);
      continue;
    }
    const [from, to] = rangeOf(part) ?? [];
    if (!from || !to || from.length !== to.length || !e164(to)) problems.push({ text: part, why: "notE164" });
    else if (BigInt(to) < BigInt(from)) problems.push({ text: part, why: "rangeOrder" });
    else if (BigInt(to) - BigInt(from) >= LONGEST_RANGE) problems.push({ text: part, why: "rangeTooLong" });
    else for (let number = BigInt(from); number <= BigInt(to); number += 1n) found.add(`+${number}`);
  }
  return { numbers: [...found], problems };
}

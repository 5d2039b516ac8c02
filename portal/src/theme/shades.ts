/** An accent's ten shades from one colour; pure. White words must be readable on shade 6 (WCAG 2.2, 1.4.3: 4.5 to 1). */
type Rgb = [number, number, number];

const rgb = (hex: string): Rgb => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as Rgb;
const hexOf = (colour: Rgb): string => `#${colour.map((part) => Math.round(Math.min(255, Math.max(0, part))).toString(16).padStart(2, "0")).join("")}`;
const mix = (one: Rgb, other: Rgb, share: number): Rgb => one.map((part, at) => part + ((other[at] ?? 0) - part) * share) as Rgb;

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
const READABLE = 4.5;

export const isColour = (text: string): boolean => /^#[0-9a-f]{6}$/i.test(text);

function luminance(hex: string): number {
  const [r, g, b] = rgb(hex).map((part) => {
    const share = part / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** How much two colours stand out from each other: 1 to 21. */
export function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** How much white stands out on a colour: 1 to 21. */
export const contrastToWhite = (hex: string): number => contrast(hex, "#ffffff");

/** The dark scheme's surface, and its lightest ground that links stand on (tokens.css: --qv-surface, --qv-hover). */
const DARK_SURFACE = "#161619";
const DARK_GROUND = "#232328";

/** Lightest first; shade 6 is the colour itself, made darker until white can be read on it. */
export function shades(hex: string): string[] {
  let base = rgb(hex);
  while (contrastToWhite(hexOf(base)) < READABLE) base = mix(base, BLACK, 0.04);
  return [...[0.92, 0.85, 0.68, 0.5, 0.32, 0.15].map((share) => hexOf(mix(base, WHITE, share))), hexOf(base), ...[0.16, 0.34, 0.52].map((share) => hexOf(mix(base, BLACK, share)))];
}

/** The accent in the dark scheme: what is chosen has it as its ground, and links are light enough to be read there and on every other ground. */
export function darkShades(hex: string): { chosen: string; link: string } {
  const base = rgb(shades(hex)[6] ?? hex);
  const chosen = hexOf(mix(base, rgb(DARK_SURFACE), 0.72));
  let link = mix(base, WHITE, 0.3);
  while (contrast(hexOf(link), chosen) < READABLE || contrast(hexOf(link), DARK_GROUND) < READABLE) link = mix(link, WHITE, 0.06);
  return { chosen, link: hexOf(link) };
}

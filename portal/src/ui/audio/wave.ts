/** Audio as a picture: the loudest sample in each of a few equal parts; pure. */

/** `count` peaks of 0..1, scaled so that the loudest is 1; silence gives zeros. */
export function peaks(samples: Float32Array, count: number): number[] {
  const size = Math.max(1, Math.ceil(samples.length / count));
  const found = Array.from({ length: count }, (_, part) => {
    let most = 0;
    for (let at = part * size; at < Math.min(samples.length, (part + 1) * size); at += 1) most = Math.max(most, Math.abs(samples[at] ?? 0));
    return most;
  });
  const top = Math.max(...found);
  return top > 0 ? found.map((peak) => peak / top) : found;
}

/** Seconds as 0:07 or 12:30. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

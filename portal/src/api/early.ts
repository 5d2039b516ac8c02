/** Answers that the early script (src/early) asked for while the portal itself was still being read. */

/** An answer that is older than this is asked for again (performance.now(): milliseconds since the document began). */
const GOOD_FOR_MS = 10_000;

/**
 * Take up the answer to a GET of `url`, once; undefined when there is none, or one that another token asked for. Whoever writes makes
 * those that nobody has taken up things of the past.
 */
export function takeEarly(method: string | undefined, url: string, token: string | undefined): Promise<Response> | undefined {
  const early = globalThis.qvoiceEarly;
  if (method !== "GET") early?.answers.clear();
  const answer = early?.answers.get(url);
  if (!early || !answer) return undefined;
  early.answers.delete(url);
  return performance.now() < GOOD_FOR_MS && early.token === token ? answer : undefined;
}

/** Answers that the early script (src/early) asked for while the portal itself was still being read. */
import { session } from "./session";

/** An answer that is older than this is asked for again (performance.now(): milliseconds since the document began). */
const GOOD_FOR_MS = 10_000;

/** Take up the answer to a GET of `url`, once; undefined when there is none, or one that another session asked for. */
export function takeEarly(url: string): Promise<Response> | undefined {
  const early = globalThis.qvoiceEarly;
  const answer = early?.answers.get(url);
  if (!early || !answer) return undefined;
  early.answers.delete(url);
  return performance.now() < GOOD_FOR_MS && early.token === session()?.token ? answer : undefined;
}

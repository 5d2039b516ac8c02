/** Ordering numbers: some at a time, each with a verdict of its own. */
import { call, Problem, urls } from "@/api";

const AT_ONCE = 20;

export interface Verdict {
  number: string;
  /** `ordered`: the carrier is still at it, the order goes on by itself. */
  state: "done" | "ordered" | "failed";
  why: string;
}

interface Answer {
  success?: Record<string, { state: string; order?: { state: string; problem: string } }>;
  error?: Record<string, { message?: string; error?: string }>;
}

/** The verdicts of an answer. */
export function verdictsOf(answer: Answer): Verdict[] {
  return [
    ...Object.entries(answer.success ?? {}).map(([number, { order }]): Verdict => ({ number, state: order ? "ordered" : "done", why: order?.problem ?? "" })),
    ...Object.entries(answer.error ?? {}).map(([number, { message, error }]): Verdict => ({ number, state: "failed", why: message ?? error ?? "" })),
  ];
}

/** Order `numbers` for an account; `onVerdicts` hears each batch's. Throws Problem when nothing more could be tried. */
export async function orderNumbers(account: string, numbers: readonly string[], aside: boolean, onVerdicts: (some: Verdict[]) => void): Promise<void> {
  const url = aside ? urls.getReserveNumbersUrl(account) : urls.getActivateNumbersUrl(account);
  for (let at = 0; at < numbers.length; at += AT_ONCE) {
    const some = numbers.slice(at, at + AT_ONCE);
    try {
      // oxlint-disable-next-line no-await-in-loop -- one batch after the other: carriers count requests
      onVerdicts(verdictsOf((await call<Answer>("PUT", url, { body: { numbers: some } })).data));
    } catch (error) {
      // None of them: the answer names each with its reason.
      const reasons = error instanceof Problem && error.status === 400 ? error.fields : {};
      if (!some.some((number) => number in reasons)) throw error;
      onVerdicts(some.map((number) => ({ number, state: "failed", why: reasons[number] ?? "" })));
    }
  }
}

/** Giving numbers to an account, many at a time: each number succeeds or fails by itself. */
import { call, Problem, urls } from "@/api";

const AT_ONCE = 500;

export interface Added {
  done: string[];
  failed: { number: string; why: string; exists: boolean }[];
}

interface Answer {
  success?: Record<string, unknown>;
  error?: Record<string, { error?: string; message?: string }>;
}

/** "new": put them onto the platform for the account (the master's right); "spare": assign what the platform has already. */
export type From = "new" | "spare";

/** Give `numbers` to `account`; `onProgress` hears how many are settled. Throws Problem when nothing could be tried. */
export async function addNumbers(account: string, numbers: readonly string[], from: From, onProgress: (settled: number) => void, state: "in_service" | "available" = "in_service"): Promise<Added> {
  const result: Added = { done: [], failed: [] };
  const url = from === "new" ? urls.getAddNumbersUrl(account) : urls.getActivateNumbersUrl(account);
  for (let at = 0; at < numbers.length; at += AT_ONCE) {
    const some = numbers.slice(at, at + AT_ONCE);
    try {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, so that progress is true and the database is not flooded
      const { data } = await call<Answer>("PUT", url, { body: { numbers: some, create_with_state: state } });
      result.done.push(...Object.keys(data.success ?? {}));
      for (const [number, why] of Object.entries(data.error ?? {})) result.failed.push({ number, why: why.message ?? why.error ?? "", exists: why.error === "number_exists" });
    } catch (error) {
      // None of them: the answer names each with its reason.
      const reasons = error instanceof Problem && error.status === 400 ? error.fields : {};
      if (!some.some((number) => number in reasons)) throw error;
      for (const number of some) result.failed.push({ number, why: reasons[number] ?? "", exists: /already/.test(reasons[number] ?? "") });
    }
    onProgress(Math.min(at + AT_ONCE, numbers.length));
  }
  return result;
}

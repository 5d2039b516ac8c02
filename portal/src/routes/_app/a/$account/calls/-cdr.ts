/** What a finished call was, in the words of the list; pure. */
import type { Cdr } from "@/api";
import { contains } from "@/ui/list/columns";

export type Outcome = "answered" | "missed" | "busy" | "declined" | "failed";

/** The outcome people mean: talked at all, else why not. Causes are Q.850 names. */
export function outcome(cdr: Cdr): Outcome {
  if ((cdr.billing_seconds ?? 0) > 0) return "answered";
  const cause = cdr.hangup_cause ?? "";
  if (cause === "USER_BUSY") return "busy";
  if (cause === "CALL_REJECTED") return "declined";
  if (["ORIGINATOR_CANCEL", "NO_ANSWER", "NO_USER_RESPONSE", "NORMAL_CLEARING", "ALLOTTED_TIMEOUT", "PROGRESS_TIMEOUT"].includes(cause)) return "missed";
  return "failed";
}

/** Who called: number, and name when it says more. */
export function caller(cdr: Cdr): { number: string; name?: string } {
  const number = cdr.caller_id_number || cdr.from?.split("@")[0] || "";
  return { number, name: cdr.caller_id_name && cdr.caller_id_name !== number ? cdr.caller_id_name : undefined };
}

/** Who was called: what was dialled, and the name of who answered when known. */
export function callee(cdr: Cdr): { number: string; name?: string } {
  const number = cdr.callee_id_number || cdr.dialed_number || cdr.to?.split("@")[0] || "";
  return { number, name: cdr.callee_id_name && cdr.callee_id_name !== number ? cdr.callee_id_name : undefined };
}

/** The loaded calls that a search and an outcome leave. */
export function filtered(all: readonly Cdr[], search: string, wanted?: string): Cdr[] {
  return all.filter((cdr) => {
    const [from, to] = [caller(cdr), callee(cdr)];
    return (!wanted || outcome(cdr) === wanted) && contains(search, from.number, from.name, to.number, to.name);
  });
}

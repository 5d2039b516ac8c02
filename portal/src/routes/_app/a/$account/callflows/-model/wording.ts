/** A problem in the user's language: by its code, else as the server words it (in English). */
import type { FlowProblem } from "./types";

interface Words {
  (key: string, params?: Record<string, string | number>): string;
}

interface Known {
  exists: (key: string) => boolean;
}

export function wordingOf(problem: FlowProblem, t: Words, i18n: Known): string {
  if (problem.code === "not-found") return t("problems.notFound");
  if (problem.code === "not-chosen") return t("problems.notChosen");
  const key = `problems.codes.${problem.code}`;
  return i18n.exists(`callflows:${key}`) ? t(key, problem.params) : problem.message;
}

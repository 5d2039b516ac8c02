/** What went wrong with a request, in the dialect's own shape: field -> rule -> message. */

import { ruleWords } from "./rule-words";

export type FieldRules = Record<string, Record<string, { message?: string; [param: string]: unknown } | string>>;

export class Problem extends Error {
  /** `status` is the HTTP status, or 0 when no answer came. `code` is the dialect's message, such as `invalid data`. */
  constructor(
    readonly status: number,
    readonly code: string,
    readonly fields: Record<string, string>,
    readonly requestId: string | null,
    /** The answer's own data, such as the charges that a 402 asks about. */
    readonly data: unknown = null,
  ) {
    super(code);
    this.name = "Problem";
  }
}

/** Flatten the dialect's 400 data into one message per field (the first rule's message). Anything else gives {}. */
export function fieldMessages(data: unknown): Record<string, string> {
  const result: Record<string, string> = {};
  if (typeof data !== "object" || data === null || Array.isArray(data)) return result;
  for (const [field, rules] of Object.entries(data as FieldRules)) {
    if (typeof rules !== "object" || rules === null) continue;
    for (const [name, rule] of Object.entries(rules)) {
      const message = typeof rule === "string" ? rule : rule && ruleWords(name, rule);
      if (message && !(field in result)) result[field] = message;
    }
  }
  return result;
}

/** Make a Problem of an answer that is not a success. `body` may be anything a proxy invented. */
export function problemFrom(status: number, body: unknown): Problem {
  const envelope = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const code = typeof envelope.message === "string" && envelope.message ? envelope.message : `http ${status}`;
  const id = typeof envelope.request_id === "string" ? envelope.request_id : null;
  return new Problem(status, code, fieldMessages(envelope.data), id, envelope.data ?? null);
}

type Explanation = `problem.${"offline" | "invalid" | "signedOut" | "charges" | "forbidden" | "missing" | "conflict" | "disabled" | "busy" | "server" | "unexpected"}`;

/** The i18n key (namespace `ui`) that explains a failure and says what to do. */
export function explanation(error: unknown): Explanation {
  if (!(error instanceof Problem)) return "problem.unexpected";
  if (error.status === 0) return "problem.offline";
  if (error.status === 400 || error.status === 422) return "problem.invalid";
  if (error.status === 401) return "problem.signedOut";
  if (error.status === 402) return "problem.charges";
  if (error.status === 403) return "problem.forbidden";
  if (error.status === 404) return "problem.missing";
  if (error.status === 409) return "problem.conflict";
  if (error.status === 423) return "problem.disabled";
  if (error.status === 429) return "problem.busy";
  if (error.status >= 500) return "problem.server";
  return "problem.unexpected";
}

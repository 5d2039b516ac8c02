/**
 * The API's rules in words. Its own sentences are English and say more than the rule alone, so English keeps them; every other language is
 * worded here by the rule and the value it names.
 */
import i18n from "@/i18n";

export interface Rule {
  message?: string;
  target?: unknown;
  /** Says more exactly than the rule what is wrong. */
  code?: string;
  [param: string]: unknown;
}

/** How `rule` reads to a person; `details` is what the API says of it. */
export function ruleWords(rule: string, details: Rule): string {
  const { message = "", target, code } = details;
  if (!i18n.language || i18n.language === "en") return message;
  const values = Array.isArray(target) ? target.join(", ") : String(target ?? "");
  const key = [code, rule].map((name) => `rule.${name}`).find((one) => i18n.exists(one));
  if (key) return String(i18n.t(key as never, { target: values }));
  return message && i18n.t("rule.other", { message });
}

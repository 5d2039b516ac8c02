/** What one has said in each step, in a few words, for the list of steps. */
import { useTranslation } from "react-i18next";

import { APPS, CLASSES, type NewAccount, type Step } from "./new-account";

export function useSaid(account: NewAccount): Record<Step, string> {
  const { t } = useTranslation(["wizard", "ui"]);
  const { name, realm, admin, contact, apps, calls, plan, limits } = account;
  const list = (...parts: (string | undefined)[]) => parts.filter(Boolean).join(" · ");
  const hidden = APPS.filter((one) => !apps[one]).map((one) => t(`apps.${one}.name`));
  const barred = CLASSES.filter((one) => !calls[one]).length;
  return {
    account: list(name.trim(), realm.trim()) || t("said.nothing"),
    people: list(admin.email.trim(), contact.billing.locality) || t("said.nothing"),
    features: list(hidden.length ? t("said.without", { list: hidden.join(", ") }) : undefined, barred ? t("said.barred", { count: barred }) : t("said.free")),
    plan: list(plan.id ? plan.name : t("said.noPlan"), Object.keys(plan.prices).length ? t("said.special", { count: Object.keys(plan.prices).length }) : undefined),
    limits: list(limits.twoway_trunks === undefined ? t("said.unlimited") : t("said.calls", { count: limits.twoway_trunks }), limits.allow_prepay === false ? undefined : t("said.prepaid")),
  };
}

/** The fields of an account's limits, over a draft that has them at `path`. */
import { NumberInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { at } from "@/ui/form/draft";
import { Pair, Section, Setting } from "@/ui/form/setting";
import type { Draft } from "@/ui/form/use-draft";

export interface Limits {
  twoway_trunks?: number;
  inbound_trunks?: number;
  outbound_trunks?: number;
  allow_prepay?: boolean;
  allow_postpay?: boolean;
  max_daily_spend?: number;
  max_monthly_spend?: number;
}

/** What a new account starts with: pre-paid, as the specification advises. */
export const NEW_LIMITS: Limits = { twoway_trunks: 2, allow_prepay: true, allow_postpay: false };

export function LimitsFields<T extends object>({ draft, path, level }: { draft: Draft<T>; path: string; level?: 2 | 3 }) {
  const { t } = useTranslation(["office", "ui"]);
  const amount = (name: "max_daily_spend" | "max_monthly_spend") => {
    const value = at(draft.value, `${path}.${name}`);
    return {
      min: 0,
      max: 1_000_000_000,
      decimalScale: 2,
      placeholder: t("limits.unlimited"),
      value: typeof value === "number" ? value : "",
      onChange: (next: string | number) => draft.set(`${path}.${name}`, next === "" ? undefined : Number(next)),
      error: draft.errors[`${path}.${name}`],
    };
  };
  const count = (name: keyof Limits) => {
    const value = at(draft.value, `${path}.${name}`);
    return {
      min: 0,
      max: 1_000_000,
      allowDecimal: false,
      thousandSeparator: " ",
      placeholder: t("limits.unlimited"),
      value: typeof value === "number" ? value : "",
      onChange: (next: string | number) => draft.set(`${path}.${name}`, next === "" ? undefined : Number(next)),
      error: draft.errors[`${path}.${name}`],
    };
  };
  return (
    <>
      <Section title={t("limits.calls")} level={level}>
        <NumberInput label={t("limits.twoway")} description={t("limits.twowayHelp")} {...count("twoway_trunks")} />
        <Pair>
          <NumberInput label={t("limits.inbound")} {...count("inbound_trunks")} placeholder={t("ui:none")} />
          <NumberInput label={t("limits.outbound")} {...count("outbound_trunks")} placeholder={t("ui:none")} />
        </Pair>
      </Section>
      <Section title={t("limits.money")} level={level}>
        <Setting label={t("limits.prepay")} help={t("limits.prepayHelp")} {...draft.toggle(`${path}.allow_prepay`, true)} />
        <Setting label={t("limits.postpay")} help={t("limits.postpayHelp")} {...draft.toggle(`${path}.allow_postpay`)} />
        <Pair>
          <NumberInput label={t("limits.daily")} description={t("limits.dailyHelp")} {...amount("max_daily_spend")} />
          <NumberInput label={t("limits.monthly")} description={t("limits.monthlyHelp")} {...amount("max_monthly_spend")} />
        </Pair>
      </Section>
    </>
  );
}

/** The labels of what may have changed, for a save bar. */
export function useLimitLabels(path: string): Record<string, string> {
  const { t } = useTranslation("office");
  return {
    [`${path}.twoway_trunks`]: t("limits.twoway"),
    [`${path}.inbound_trunks`]: t("limits.inbound"),
    [`${path}.outbound_trunks`]: t("limits.outbound"),
    [`${path}.allow_prepay`]: t("limits.prepay"),
    [`${path}.allow_postpay`]: t("limits.postpay"),
    [`${path}.max_daily_spend`]: t("limits.daily"),
    [`${path}.max_monthly_spend`]: t("limits.monthly"),
  };
}

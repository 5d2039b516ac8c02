/** How long one stays signed in without doing anything, and for those with accounts below, the most that these may choose. */
import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Section } from "@/ui/form/setting";
import type { Draft } from "@/ui/form/use-draft";

import { choices, lengthIn } from "./session-length";

interface Props {
  draft: Pick<Draft<{ life: string; most: string }>, "value" | "field">;
  ceiling: number;
  /** It has accounts below. */
  sells: boolean;
}

export function SessionLength({ draft, ceiling, sells }: Props) {
  const { t, i18n } = useTranslation("entry");
  const name = (seconds: number) => {
    const { unit, count } = lengthIn(seconds);
    return new Intl.NumberFormat(i18n.language, { style: "unit", unit, unitDisplay: "long" }).format(count);
  };
  const data = (now: string, most: number, nothing: string) => [{ value: "", label: nothing }, ...choices(now, most).map((seconds) => ({ value: String(seconds), label: name(seconds) }))];
  const { life, most } = draft.value;
  const bound = Number.isFinite(ceiling) && ceiling < 2_592_000;
  const usual = t("session.usual", { length: name(Math.min(3_600, ceiling)) });
  return (
    <Section level={2} title={t("session.title")} help={bound ? t("session.atMost", { length: name(ceiling) }) : t("session.help")}>
      <Select label={t("session.life")} allowDeselect={false} data={data(life, ceiling, usual)} {...draft.field("life")} />
      {sells && <Select label={t("session.most")} description={t("session.mostHelp")} allowDeselect={false} data={data(most, Number.POSITIVE_INFINITY, t("session.free"))} {...draft.field("most")} />}
    </Section>
  );
}

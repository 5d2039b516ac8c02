/** Which account and which days: all in the address, so that a report can be sent to somebody. */
import { Button, Select, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { AccountPicker } from "@/office/account-picker";

import { type Preset, PRESETS, type ReportSearch } from "./-period";
import type { Days } from "./-reports";
import classes from "./-reports.module.css";

interface Props {
  top: string;
  search: ReportSearch;
  self: { id: string; name: string } | undefined;
  days: Days;
  wrong: string | undefined;
  onChange: (next: ReportSearch) => void;
}

export function Controls({ top, search, self, days, wrong, onChange }: Props) {
  const { t } = useTranslation("reports");
  const preset = search.preset ?? "30";
  return (
    <div className={classes.controls}>
      <AccountPicker label={t("account")} top={top} value={self ?? null} onChange={(chosen) => onChange({ of: chosen && chosen.id !== top ? chosen.id : undefined })} />
      <Select label={t("time")} allowDeselect={false} data={PRESETS.map((value) => ({ value, label: t(`preset.${value}`) }))} value={preset} onChange={(value) => onChange(value === "own" ? { preset: "own", ...days } : { preset: value as Preset, from: undefined, to: undefined })} />
      {preset === "own" && (
        <>
          <TextInput type="date" label={t("from")} value={days.from} max={days.to} error={wrong} onChange={(event) => event.currentTarget.value && onChange({ from: event.currentTarget.value })} />
          <TextInput type="date" label={t("to")} value={days.to} min={days.from} onChange={(event) => event.currentTarget.value && onChange({ to: event.currentTarget.value })} />
        </>
      )}
      {search.of && (
        <Button variant="subtle" leftSection={<IconX size={14} stroke={1.8} />} onClick={() => onChange({ of: undefined })}>
          {t("all")}
        </Button>
      )}
    </div>
  );
}

/** Names with values, one line each. */
import { ActionIcon, Button, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import classes from "./fields.module.css";

interface Props {
  label: string;
  value: unknown;
  onChange: (value: Record<string, unknown> | undefined) => void;
}

export function PairsField({ label, value, onChange }: Props) {
  const { t } = useTranslation(["callflows", "ui"]);
  const pairs = value && typeof value === "object" && !Array.isArray(value) ? Object.entries(value as Record<string, unknown>) : [];
  const put = (next: [string, unknown][]) => onChange(next.length ? Object.fromEntries(next) : undefined);
  return (
    <fieldset className={classes.members}>
      <legend>{label}</legend>
      {pairs.map(([name, held], index) => (
        // oxlint-disable-next-line react/no-array-index-key -- the name itself is being typed
        <div key={index} className={classes.pair}>
          <TextInput aria-label={t("field.pairName")} placeholder={t("field.pairName")} value={name} onChange={(event) => put(pairs.map((pair, at) => (at === index ? [event.currentTarget.value, held] : pair)))} />
          <TextInput aria-label={t("field.pairValue")} placeholder={t("field.pairValue")} value={typeof held === "string" ? held : JSON.stringify(held)} onChange={(event) => put(pairs.map((pair, at) => (at === index ? [name, event.currentTarget.value] : pair)))} />
          <ActionIcon variant="subtle" color="gray" size={36} aria-label={t("membersField.remove", { name })} onClick={() => put(pairs.filter((_, at) => at !== index))}>
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </div>
      ))}
      <Button variant="subtle" size="compact-sm" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => put([...pairs, ["", ""]])} disabled={pairs.some(([name]) => name === "")}>
        {t("field.pairAdd")}
      </Button>
    </fieldset>
  );
}

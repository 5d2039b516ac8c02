/** Chooses one of the accounts at or below `top`, found by the beginning of its name. */
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { accountQuery, accountSearchQuery, childrenQuery } from "@/api";

interface Named {
  id: string;
  name: string;
}

interface Props {
  label: string;
  description?: string;
  top: string;
  value: Named | null;
  onChange: (account: Named | null) => void;
}

export function AccountPicker({ label, description, top, value, onChange }: Props) {
  const { t } = useTranslation(["office", "ui"]);
  const [text, setText] = useState("");
  const [settled] = useDebouncedValue(text.trim(), 200);
  const self = useQuery(accountQuery(top)).data;
  const children = useQuery(childrenQuery(top)).data;
  const found = useQuery(accountSearchQuery(top, settled)).data;
  const rows = new Map([...(self ? [self] : []), ...(children ?? []).slice(0, 200), ...(found ?? []), ...(value ? [value] : [])].map(({ id, name }) => [id, name]));
  return (
    <Select
      label={label}
      description={description}
      placeholder={t("pickAccount")}
      searchable
      clearable
      limit={50}
      data={[...rows].map(([id, name]) => ({ value: id, label: name }))}
      value={value?.id ?? null}
      onChange={(id) => onChange(id ? { id, name: rows.get(id) ?? id } : null)}
      searchValue={text}
      onSearchChange={setText}
      nothingFoundMessage={t("ui:list.noMatch")}
    />
  );
}

/** What kind of number, where, and which digits. */
import { Button, SegmentedControl, Select, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useCountries } from "@/office/places-of-the-world";

import classes from "./-buy.module.css";
import { type Kind, type Wanted, wrongIn } from "./-search";
import { KINDS } from "./-tabs";

export function SearchForm({ start, busy, onSearch }: { start: Wanted; busy: boolean; onSearch: (wanted: Wanted) => void }) {
  const { t } = useTranslation("buy");
  const countries = useCountries();
  const [wanted, setWanted] = useState(start);
  const [wrong, setWrong] = useState<readonly string[]>([]);
  const set = (part: Partial<Wanted>) => {
    setWanted({ ...wanted, ...part });
    setWrong(wrong.filter((field) => !(field in part)));
  };
  const go = () => {
    const trimmed = { ...wanted, prefix: wanted.prefix.replaceAll(/[\s()-]/g, ""), contains: wanted.contains.replaceAll(/[\s()-]/g, ""), city: wanted.city.trim() };
    const found = wrongIn(trimmed);
    setWrong(found);
    if (found.length === 0) onSearch(trimmed);
  };
  const error = (field: string) => (wrong.includes(field) ? t("digitsOnly") : undefined);
  return (
    <form
      className={classes.search}
      aria-label={t("search.label")}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        go();
      }}
    >
      <SegmentedControl aria-label={t("search.kind")} value={wanted.kind} onChange={(value) => set({ kind: value as Kind })} data={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))} />
      <div className={classes.fields}>
        <Select label={t("search.country")} searchable allowDeselect={false} data={countries} value={wanted.country} onChange={(value) => value && set({ country: value })} />
        <TextInput label={t(wanted.kind === "tollfree" ? "search.prefixFree" : "search.prefix")} placeholder={wanted.kind === "tollfree" ? "833" : "514"} inputMode="numeric" value={wanted.prefix} onChange={(event) => set({ prefix: event.currentTarget.value })} error={error("prefix")} />
        {wanted.kind !== "tollfree" && <TextInput label={t("search.city")} value={wanted.city} onChange={(event) => set({ city: event.currentTarget.value })} />}
        <TextInput label={t("search.contains")} placeholder="2663" inputMode="numeric" value={wanted.contains} onChange={(event) => set({ contains: event.currentTarget.value })} error={error("contains")} />
        <Button type="submit" loading={busy} leftSection={<IconSearch size={16} stroke={1.6} />}>
          {t("search.go")}
        </Button>
      </div>
    </form>
  );
}

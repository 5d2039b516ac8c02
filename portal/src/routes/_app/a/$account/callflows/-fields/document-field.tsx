/** Picks one document of a collection, or makes a new one on the spot. */
import { Button, Select, TextInput } from "@mantine/core";
import { IconExternalLink, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Collection, isCollection, listQuery } from "@/api";

import { nameOfRow, type Row } from "../-model/use-names";
import { CREATABLE, CreateInline } from "./create-inline";
import classes from "./fields.module.css";

interface Props {
  account: string;
  of: string;
  label: string;
  help?: string;
  value: string;
  onChange: (id: string | undefined) => void;
  error?: string;
  /** An id that must not be offered. */
  except?: string;
}

/** Where a document of a collection is edited. */
const PAGES: Record<string, "menus" | "media" | "schedules" | "callflows" | "users" | undefined> = { menus: "menus", media: "media", temporal_rules: "schedules", temporal_rules_sets: "schedules", callflows: "callflows", users: "users" };

export function DocumentField({ account, of, label, help, value, onChange, error, except }: Props) {
  const { t } = useTranslation(["callflows", "ui"]);
  const known = isCollection(of);
  const query = useQuery({ ...listQuery<Row>(account, known ? of : "users"), enabled: known });
  const [creating, setCreating] = useState(false);
  const rows = (query.data ?? []).filter(({ id }) => id !== except);
  const data = rows.map((row) => ({ value: row.id, label: nameOfRow(row) }));
  const gone = value !== "" && query.data !== undefined && !rows.some(({ id }) => id === value);
  const page = PAGES[of];
  // A kind of document that this portal has no list of: its id can still be given.
  if (!known) return <TextInput label={label} description={help} value={value} onChange={(event) => onChange(event.currentTarget.value || undefined)} error={error} />;
  return (
    <div className={classes.field}>
      <Select
        label={label}
        description={help}
        placeholder={t("field.choose")}
        data={gone ? [...data, { value, label: t("field.gone", { id: value.slice(0, 8) }) }] : data}
        value={value || null}
        onChange={(next) => onChange(next ?? undefined)}
        searchable
        clearable
        nothingFoundMessage={t("field.nothing")}
        error={error ?? (gone ? t("field.goneHelp") : undefined)}
        maxDropdownHeight={320}
      />
      <div className={classes.under}>
        {CREATABLE.has(of) && !creating && (
          <Button variant="subtle" size="compact-sm" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setCreating(true)}>
            {t(`create.${of as "menus"}`)}
          </Button>
        )}
        {page && value && !gone && (
          <Link className={classes.open} to={page === "callflows" ? "/a/$account/callflows/$flow" : `/a/$account/${page}`} params={{ account, flow: value }} search={page === "callflows" ? {} : { open: value, user: value }} target="_blank">
            <IconExternalLink size={14} aria-hidden />
            {t("field.open")}
          </Link>
        )}
      </div>
      {creating && (
        <CreateInline
          account={account}
          of={of as Collection}
          onDone={(id) => {
            setCreating(false);
            if (id) onChange(id);
          }}
        />
      )}
    </div>
  );
}

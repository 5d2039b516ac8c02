/** A document made where it is needed, with the few things it cannot do without; the rest is for its own page. */
import { Button, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { type Collection, createDoc, explanation, Problem } from "@/api";

import classes from "./fields.module.css";

type Extra = (name: string, second: string) => object;

const DEFAULTS: Partial<Record<string, Extra>> = {
  menus: (name) => ({ name, retries: 3, timeout: 10_000, max_extension_length: 4, hunt: true, media: {} }),
  groups: (name) => ({ name, endpoints: {} }),
  vmboxes: (name, mailbox) => ({ name, mailbox, require_pin: false, check_if_owner: true }),
  temporal_rules: (name) => ({ name, cycle: "weekly", interval: 1, wdays: ["monday", "tuesday", "wednesday", "thursday", "friday"], time_window_start: 32_400, time_window_stop: 61_200 }),
  temporal_rules_sets: (name) => ({ name, temporal_rules: [] }),
  conferences: (name) => ({ name }),
  directories: (name) => ({ name, users: [] }),
  users: (first_name, last_name) => ({ first_name, last_name, priv_level: "user" }),
  devices: (name) => ({ name, device_type: "sip_device", sip: credentials() }),
};

export const CREATABLE = new Set(Object.keys(DEFAULTS));

function credentials(): { username: string; password: string } {
  const letters = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789";
  const pick = (length: number) => [...crypto.getRandomValues(new Uint32Array(length))].map((value) => letters[value % letters.length]).join("");
  return { username: `user_${pick(10).toLowerCase()}`, password: pick(20) };
}

interface Props {
  account: string;
  of: Collection;
  /** The new document's id, or undefined when one changed one's mind. */
  onDone: (id: string | undefined) => void;
}

export function CreateInline({ account, of, onDone }: Props) {
  const { t } = useTranslation(["callflows", "ui"]);
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [second, setSecond] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<{ field?: string; text: string } | null>(null);
  const secondLabel = of === "vmboxes" ? t("create.mailbox") : of === "users" ? t("create.lastName") : undefined;
  const firstLabel = of === "users" ? t("create.firstName") : t("create.name");
  const mounted = useRef(true);

  const make = async () => {
    const body = DEFAULTS[of]?.(name.trim(), second.trim());
    if (!body || !name.trim()) {
      setWrong({ field: "name", text: t("create.needed") });
      return;
    }
    setBusy(true);
    try {
      const { id } = await createDoc(account, of, body);
      await client.invalidateQueries({ queryKey: ["account", account, of] });
      if (mounted.current) onDone(id);
    } catch (error) {
      const [field, text] = error instanceof Problem ? (Object.entries(error.fields)[0] ?? []) : [];
      setWrong({ field, text: text ?? t(`ui:${explanation(error)}`) });
    } finally {
      setBusy(false);
    }
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === "Enter") {
      event.preventDefault();
      void make();
    }
    if (event.key === "Escape") onDone(undefined);
  };
  const atSecond = wrong?.field === "mailbox" || wrong?.field === "last_name";
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/prefer-tag-over-role -- Enter and Escape work in the fields inside; a form cannot stand in a form
    <div className={classes.create} role="group" aria-label={t(`create.${of as "menus"}`)} onKeyDown={onKeyDown}>
      <TextInput label={firstLabel} value={name} onChange={(event) => setName(event.currentTarget.value)} error={wrong && !atSecond ? wrong.text : undefined} autoFocus />
      {secondLabel && <TextInput label={secondLabel} value={second} onChange={(event) => setSecond(event.currentTarget.value)} error={atSecond ? wrong.text : undefined} />}
      <div className={classes.buttons}>
        <Button variant="default" size="compact-sm" onClick={() => onDone(undefined)}>
          {t("ui:cancel")}
        </Button>
        <Button size="compact-sm" loading={busy} onClick={() => void make()}>
          {t("create.do")}
        </Button>
      </div>
    </div>
  );
}

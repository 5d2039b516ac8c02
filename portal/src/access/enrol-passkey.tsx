/** Makes a passkey with this device or a security key. */
import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { explanation } from "@/api";
import form from "@/ui/form/form.module.css";

import { addPasskey, passkeyFailure, passkeysHere } from "./factors";

interface Props {
  account: string;
  user: string;
  onDone: (codes: string[] | null) => void;
}

export function EnrolPasskey({ account, user, onDone }: Props) {
  const { t } = useTranslation(["access", "ui"]);
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const here = passkeysHere();
  if (here !== "yes")
    return (
      <p className={form.notice}>
        {t(`passkey.${here}`)}
      </p>
    );
  const make = async () => {
    setBusy(true);
    setFailure(null);
    try {
      onDone(await addPasskey(account, user, name.trim()));
    } catch (error) {
      const why = passkeyFailure(error);
      setFailure(why ? t(`passkey.${why}`) : t(`ui:${explanation(error)}`));
      setBusy(false);
    }
  };
  return (
    <form
      className={form.form}
      aria-label={t("passkey.title")}
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
    >
      <p className={form.help}>{t("passkey.text")}</p>
      <TextInput label={t("passkey.name")} description={t("passkey.nameHelp")} maxLength={64} value={name} onChange={(event) => setName(event.currentTarget.value)} />
      {failure && (
        <p className={form.failure} role="alert">
          {failure}
        </p>
      )}
      <Button type="submit" loading={busy} fullWidth>
        {t("passkey.make")}
      </Button>
    </form>
  );
}

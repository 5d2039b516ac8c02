/** Deletes an account after its name has been typed: its logins, phones and realm end at once. */
import { Button, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Account, call, explanation, Problem, urls } from "@/api";
import { tellDone } from "@/ui/done";
import { tellFailure } from "@/ui/failed";
import form from "@/ui/form/form.module.css";
import { Dialog } from "@/ui/side-panel";

interface Props {
  /** The account above that one acts from. */
  office: string;
  account: Account;
  opened: boolean;
  onClose: () => void;
  onGone: () => void;
}

export function DeleteAccount({ office, account, opened, onClose, onGone }: Props) {
  const { t } = useTranslation(["customer", "ui"]);
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const go = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await call("DELETE", urls.getDeleteAccountUrl(account.id));
      const back = async () => {
        await call("PUT", urls.getRestoreAccountUrl(office, account.id), { body: {} });
        await client.invalidateQueries({ queryKey: ["account", office] });
        tellDone(t("delete.undone", { name: account.name }));
      };
      tellDone(t("delete.done", { name: account.name }), () => void back().catch(tellFailure));
      onClose();
      onGone();
    } catch (error) {
      setFailure(error instanceof Problem && error.code === "account_has_descendants" ? t("delete.hasBelow") : t(`ui:${explanation(error)}`));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog opened={opened} onClose={onClose} title={t("delete.title", { name: account.name })}>
      <form
        className={form.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() === account.name) void go();
        }}
      >
        <p>{t("delete.what")}</p>
        <TextInput label={t("delete.type", { name: account.name })} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} autoComplete="off" data-autofocus />
        {failure && (
          <p className={form.failure} role="alert">
            {failure}
          </p>
        )}
        <div className={form.buttons}>
          <Button variant="default" onClick={onClose}>
            {t("ui:cancel")}
          </Button>
          <Button type="submit" color="red" loading={busy} disabled={typed.trim() !== account.name}>
            {t("menu.delete")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

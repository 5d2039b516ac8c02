/** Moves an account with all below it under another one (the master's right). */
import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Account, call, explanation, Problem, urls, useSession } from "@/api";
import { AccountPicker } from "@/office/account-picker";
import { tellDone } from "@/ui/done";
import form from "@/ui/form/form.module.css";
import { Dialog } from "@/ui/side-panel";

interface Props {
  account: Account;
  opened: boolean;
  onClose: () => void;
  onMoved: () => void;
}

export function MoveAccount({ account, opened, onClose, onMoved }: Props) {
  const { t } = useTranslation(["customer", "ui"]);
  const home = useSession()?.accountId ?? "";
  const [to, setTo] = useState<{ id: string; name: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const go = async () => {
    if (!to) return;
    setBusy(true);
    setFailure(null);
    try {
      await call("POST", urls.getMoveAccountUrl(account.id), { body: { to: to.id } });
      tellDone(t("move.done", { name: account.name, to: to.name }));
      onClose();
      onMoved();
    } catch (error) {
      setFailure((error instanceof Problem && error.fields.to) || t(`ui:${explanation(error)}`));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog opened={opened} onClose={onClose} title={t("move.title", { name: account.name })}>
      <div className={form.form}>
        <p>{t("move.what")}</p>
        <AccountPicker label={t("move.to")} top={home} value={to} onChange={setTo} />
        {failure && (
          <p className={form.failure} role="alert">
            {failure}
          </p>
        )}
        <div className={form.buttons}>
          <Button variant="default" onClick={onClose}>
            {t("ui:cancel")}
          </Button>
          <Button loading={busy} disabled={!to} onClick={() => void go()}>
            {t("move.do")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

/** Gives the chosen numbers to an account below. */
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { explanation } from "@/api";
import { AccountPicker } from "@/office/account-picker";
import { type Added, addNumbers } from "@/office/add-numbers";
import office_ from "@/office/office.module.css";
import { tellDone } from "@/ui/done";
import form from "@/ui/form/form.module.css";
import { readable } from "@/ui/phone-number";
import { Dialog } from "@/ui/side-panel";

interface Props {
  office: string;
  numbers: readonly string[];
  opened: boolean;
  onClose: () => void;
  onDone: () => void;
}

export function AssignDialog({ office, numbers, opened, onClose, onDone }: Props) {
  const { t } = useTranslation(["inventory", "office", "ui"]);
  const client = useQueryClient();
  const [to, setTo] = useState<{ id: string; name: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<Added["failed"]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const go = async () => {
    if (!to) return;
    setBusy(true);
    setFailure(null);
    try {
      const added = await addNumbers(to.id, numbers, "spare", () => undefined);
      setFailed(added.failed);
      if (added.done.length) tellDone(t("office:numbers.added", { count: added.done.length, name: to.name }));
      if (added.failed.length === 0) {
        onDone();
        onClose();
      }
    } catch (error) {
      setFailure(t(`ui:${explanation(error)}`));
    } finally {
      setBusy(false);
      await client.invalidateQueries({ queryKey: ["account", office, "phone_numbers"] });
      await client.invalidateQueries({ queryKey: ["account", to.id] });
    }
  };
  return (
    <Dialog opened={opened} onClose={onClose} title={t("assign.title", { count: numbers.length })}>
      <div className={form.form}>
        <AccountPicker label={t("assign.to")} top={office} value={to} onChange={setTo} />
        {failure && (
          <p className={form.failure} role="alert">
            {failure}
          </p>
        )}
        {failed.length > 0 && (
          <div className={office_.failed} role="alert">
            <ul>
              {failed.slice(0, 20).map(({ number, why }) => (
                <li key={number}>
                  {readable(number)} {why}
                </li>
              ))}
            </ul>
          </div>
        )}
        <div className={form.buttons}>
          <Button variant="default" onClick={onClose}>
            {t("ui:cancel")}
          </Button>
          <Button disabled={!to} loading={busy} onClick={() => void go()}>
            {t("assign.do")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

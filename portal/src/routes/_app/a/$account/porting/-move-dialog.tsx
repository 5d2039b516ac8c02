/** Asks what a move needs: the confirmed day, the reason, or whether it is meant (these cannot be taken back). */
import { Button, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { explanation, Problem } from "@/api";
import form from "@/ui/form/form.module.css";
import { Dialog } from "@/ui/side-panel";

import type { Move } from "./-use-move";

interface Props {
  move: Move;
  onClose: () => void;
  /** Throws Problem. */
  run: (move: Move, more: { reason?: string; transfer_date?: string }) => Promise<void>;
}

export function MoveDialog({ move, onClose, run }: Props) {
  const { t } = useTranslation(["porting", "ui"]);
  const { card, to } = move;
  const [day, setDay] = useState(card.transfer_date ?? "");
  const [reason, setReason] = useState("");
  const [error, setError] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const dated = to === "scheduled";
  const reasoned = to === "rejected" || to === "canceled";
  const go = async () => {
    const wrong: Record<string, string> = dated && !day ? { transfer_date: t("dialog.dayMissing") } : to === "rejected" && !reason.trim() ? { reason: t("dialog.reasonMissing") } : {};
    setError(wrong);
    if (Object.keys(wrong).length) return;
    setBusy(true);
    setFailure(null);
    try {
      await run(move, { ...(dated ? { transfer_date: day } : {}), ...(reasoned && reason.trim() ? { reason: reason.trim() } : {}) });
      onClose();
    } catch (problem) {
      const fields = problem instanceof Problem ? problem.fields : {};
      setError(fields);
      setFailure([t(`ui:${explanation(problem)}`), ...Object.values(fields)].join(" "));
      setBusy(false);
    }
  };
  return (
    <Dialog opened onClose={onClose} title={t(`dialog.title.${to as "scheduled"}`, { name: card.name })}>
      <form
        className={form.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        <p>{t(`dialog.help.${to as "scheduled"}`, { count: card.numbers.length })}</p>
        {dated && <TextInput type="date" label={t("dialog.day")} value={day} onChange={(event) => setDay(event.currentTarget.value)} error={error.transfer_date} data-autofocus />}
        {reasoned && <Textarea label={t(to === "rejected" ? "dialog.reason" : "dialog.reasonMaybe")} rows={3} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={error.reason} data-autofocus />}
        {failure && (
          <p className={form.failure} role="alert">
            {failure}
          </p>
        )}
        <div className={form.buttons}>
          <Button variant="default" onClick={onClose}>
            {t("ui:cancel")}
          </Button>
          <Button type="submit" loading={busy} color={to === "rejected" || to === "canceled" ? "red" : undefined}>
            {t(`move.${to}`)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

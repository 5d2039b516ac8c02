/** Another day for a number that leaves, as agreed with the carrier that takes it. */
import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { explanation, Problem } from "@/api";
import form from "@/ui/form/form.module.css";
import { readable } from "@/ui/phone-number";
import { Dialog } from "@/ui/side-panel";

import type { Out } from "./-out";

interface Props {
  out: Out;
  /** Today, "2026-12-24": no number leaves before it. */
  today: string;
  onClose: () => void;
  /** Throws Problem. */
  onDay: (day: string) => Promise<void>;
}

export function OutDay({ out, today, onClose, onDay }: Props) {
  const { t } = useTranslation(["porting", "ui"]);
  const [day, setDay] = useState(out.day);
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const set = async () => {
    const wrong = !day ? t("out.day.missing") : day < today ? t("out.day.past") : undefined;
    setError(wrong);
    if (wrong) return;
    setBusy(true);
    try {
      await onDay(day);
      onClose();
    } catch (problem) {
      setError((problem instanceof Problem ? problem.fields.day : undefined) ?? t(`ui:${explanation(problem)}`));
      setBusy(false);
    }
  };
  return (
    <Dialog opened onClose={onClose} title={t("out.day.title", { number: readable(out.number) })}>
      <form
        className={form.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void set();
        }}
      >
        <p>{t("out.day.help", { carrier: out.winning_carrier || t("out.day.somebody") })}</p>
        <TextInput type="date" label={t("out.day.label")} min={today} value={day} onChange={(event) => setDay(event.currentTarget.value)} error={error} data-autofocus />
        <div className={form.buttons}>
          <Button variant="default" onClick={onClose}>
            {t("ui:cancel")}
          </Button>
          <Button type="submit" loading={busy}>
            {t("move.scheduled")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

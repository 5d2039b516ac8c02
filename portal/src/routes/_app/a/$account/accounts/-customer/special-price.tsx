/** What one account pays for one item instead of the plan's price. */
import { Button, NumberInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { explanation } from "@/api";
import { shownName } from "@/office/plans";
import form from "@/ui/form/form.module.css";
import { Dialog } from "@/ui/side-panel";

import type { PricedItem } from "./plan";

interface Props {
  item: PricedItem;
  account: string;
  /** The special price there is. */
  now: number | string | undefined;
  show: (amount: number) => string;
  onClose: () => void;
  /** null: the plan's price again. Throws Problem. */
  onSave: (rate: number | null) => Promise<void>;
}

export function SpecialPrice({ item, account, now, show, onClose, onSave }: Props) {
  const { t } = useTranslation(["customer", "ui", "office"]);
  const [rate, setRate] = useState<number | "">(now === undefined ? "" : Number(now));
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const save = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await onSave(rate === "" ? null : rate);
      onClose();
    } catch (error) {
      setFailure(t(`ui:${explanation(error)}`));
      setBusy(false);
    }
  };
  return (
    <Dialog opened onClose={onClose} title={t("plan.set", { name: shownName(item) })}>
      <form
        className={form.form}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <NumberInput label={t("plan.price")} description={t("plan.setHelp", { account, rate: show(item.rate) })} min={0} decimalScale={6} value={rate} onChange={(value) => setRate(value === "" ? "" : Number(value))} data-autofocus />
        {failure && (
          <p className={form.failure} role="alert">
            {failure}
          </p>
        )}
        <div className={form.buttons}>
          <Button variant="default" onClick={onClose}>
            {t("ui:cancel")}
          </Button>
          <Button type="submit" loading={busy}>
            {t("ui:save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

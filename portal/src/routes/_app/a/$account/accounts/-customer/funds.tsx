/** Adds funds to an account or takes them. A key goes along, so that a request sent twice is booked once. */
import { Button, NumberInput, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, explanation, Problem, urls } from "@/api";
import { tellDone } from "@/ui/done";
import form from "@/ui/form/form.module.css";
import { Dialog } from "@/ui/side-panel";

interface Props {
  account: string;
  name: string;
  way: "credit" | "debit";
  show: (amount: number) => string;
  onClose: () => void;
}

export function Funds({ account, name, way, show, onClose }: Props) {
  const { t } = useTranslation(["customer", "ui"]);
  const client = useQueryClient();
  const [key] = useState(() => crypto.randomUUID());
  const [amount, setAmount] = useState<number | "">("");
  const [why, setWhy] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const adds = way === "credit";
  const go = async () => {
    if (amount === "" || amount <= 0) {
      setWrong(t("money.amountWrong"));
      return;
    }
    setBusy(true);
    setFailure(null);
    try {
      await call("PUT", adds ? urls.getCreditAccountUrl(account) : urls.getDebitAccountUrl(account), { body: { amount: String(amount), description: why.trim(), key } });
      await client.invalidateQueries({ queryKey: ["account", account, "ledgers"] });
      tellDone(t(adds ? "money.added" : "money.taken", { amount: show(amount), name }));
      onClose();
    } catch (error) {
      if (error instanceof Problem && error.fields.amount) setWrong(error.fields.amount);
      else setFailure(t(`ui:${explanation(error)}`));
      setBusy(false);
    }
  };
  return (
    <Dialog opened onClose={onClose} title={t(adds ? "money.addTitle" : "money.takeTitle", { name })}>
      <form
        className={form.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        <NumberInput
          label={t("money.amount")}
          min={0}
          decimalScale={2}
          value={amount}
          onChange={(value) => {
            setAmount(value === "" ? "" : Number(value));
            setWrong(null);
          }}
          error={wrong}
          data-autofocus
        />
        <TextInput label={t("money.why")} description={t("money.whyHelp")} value={why} onChange={(event) => setWhy(event.currentTarget.value)} maxLength={500} />
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
            {t(adds ? "money.add" : "money.take")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

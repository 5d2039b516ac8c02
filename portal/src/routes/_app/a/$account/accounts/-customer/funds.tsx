/** Adds funds to an account, takes them, or pays with its card. A key goes along, so that a request sent twice is booked once. */
import { Button, NumberInput, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, explanation, Problem, urls } from "@/api";
import { tellDone } from "@/ui/done";
import form from "@/ui/form/form.module.css";
import { Dialog } from "@/ui/side-panel";

export type Way = "credit" | "debit" | "pay";

const WORDS = {
  credit: { title: "money.addTitle", act: "money.add", done: "money.added", url: urls.getCreditAccountUrl },
  debit: { title: "money.takeTitle", act: "money.take", done: "money.taken", url: urls.getDebitAccountUrl },
  pay: { title: "money.payTitle", act: "money.pay", done: "money.paid", url: urls.getPayUrl },
} as const;

interface Props {
  account: string;
  name: string;
  way: Way;
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
  const words = WORDS[way];
  const go = async () => {
    if (amount === "" || amount <= 0) {
      setWrong(t("money.amountWrong"));
      return;
    }
    setBusy(true);
    setFailure(null);
    try {
      await call("PUT", words.url(account), { body: { amount: String(amount), description: why.trim(), key } });
      await client.invalidateQueries({ queryKey: ["account", account, "ledgers"] });
      tellDone(t(words.done, { amount: show(amount), name }));
      onClose();
    } catch (error) {
      if (error instanceof Problem && error.fields.amount) setWrong(error.fields.amount);
      else setFailure(t(`ui:${explanation(error)}`));
      setBusy(false);
    }
  };
  return (
    <Dialog opened onClose={onClose} title={t(words.title, { name })}>
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
        {way !== "pay" && <TextInput label={t("money.why")} description={t("money.whyHelp")} value={why} onChange={(event) => setWhy(event.currentTarget.value)} maxLength={500} />}
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
            {t(words.act)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

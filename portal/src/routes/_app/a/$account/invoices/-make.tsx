/** Makes an account's invoice at once, after saying what that means. */
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, explanation, Problem, urls } from "@/api";
import { tellDone } from "@/ui/done";
import form from "@/ui/form/form.module.css";
import { Only } from "@/ui/may";
import { money } from "@/ui/money";
import { Dialog } from "@/ui/side-panel";

import { due, type Invoice, type InvoiceRow } from "./-invoice";

interface Props {
  id: string;
  name: string;
  invoice: Invoice;
  /** Told the id of what was made. */
  onMade: (invoice: string) => void;
}

export function Make({ id, name, invoice, onMade }: Props) {
  const { t, i18n } = useTranslation(["invoices", "ui"]);
  const client = useQueryClient();
  const [key] = useState(() => crypto.randomUUID());
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const go = async () => {
    setBusy(true);
    setFailure(null);
    try {
      const { data } = await call<InvoiceRow>("PUT", urls.getMakeInvoiceUrl(id), { body: { key } });
      tellDone(t("make.done", { number: data.label, name }));
      onMade(data.id);
      await client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[2] === "invoices" });
    } catch (error) {
      setFailure(error instanceof Problem && error.status === 409 ? t("next.nothing", { name }) : t(`ui:${explanation(error)}`));
      setBusy(false);
    }
  };
  return (
    <>
      <div>
        <Only may="invoices.create">
          <Button onClick={() => setAsking(true)}>{t("make.open")}</Button>
        </Only>
      </div>
      <Dialog opened={asking} onClose={() => setAsking(false)} title={t("make.title", { name })}>
        <p>{t("make.text", { amount: money(due(invoice.closing), invoice.currency, i18n.language) })}</p>
        {failure && (
          <p className={form.failure} role="alert">
            {failure}
          </p>
        )}
        <div className={form.buttons}>
          <Button variant="default" onClick={() => setAsking(false)}>
            {t("ui:cancel")}
          </Button>
          <Button loading={busy} onClick={() => void go()} data-autofocus>
            {t("make.go")}
          </Button>
        </div>
      </Dialog>
    </>
  );
}

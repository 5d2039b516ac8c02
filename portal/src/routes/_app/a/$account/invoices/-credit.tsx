/** Gives back an invoice, a part of it, or some of its lines, by a credit note; and the notes there are. */
import { Button, Checkbox, NumberInput, SegmentedControl, TextInput } from "@mantine/core";
import { IconFileTypePdf } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { blob, call, explanation, Problem, urls } from "@/api";
import { tellDone } from "@/ui/done";
import { tellFailure } from "@/ui/failed";
import form from "@/ui/form/form.module.css";
import { save } from "@/ui/list/download";
import { exactMoney } from "@/ui/money";
import { Dialog } from "@/ui/side-panel";

import { type CreditNote, fileName, type Invoice, wantedBack, type Way, WAYS } from "./-invoice";
import classes from "./-invoices.module.css";

interface Props {
  account: string;
  invoice: Invoice & { id: string };
  onClose: () => void;
}

export function Credit({ account, invoice, onClose }: Props) {
  const { t, i18n } = useTranslation(["invoices", "ui"]);
  const client = useQueryClient();
  const [key] = useState(() => crypto.randomUUID());
  const [way, setWay] = useState<Way>("whole");
  const [amount, setAmount] = useState("");
  const [chosen, setChosen] = useState<Record<number, string>>({});
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState<string | null>(null);
  const { creditable = 0, currency, lines } = invoice;
  const show = (value: number) => exactMoney(value, currency, i18n.language);
  const holding = lines.flatMap((line, at) => (line.creditable === undefined ? [] : [{ at, text: line.text, left: line.creditable }]));
  const places = Object.keys(chosen).map(Number).toSorted((one, other) => one - other);
  const go = async () => {
    const missing: Record<string, string> = {};
    if (!reason.trim()) missing.reason = t("ui:required");
    if (way === "amount" && !amount) missing.amount = t("ui:required");
    if (way === "lines" && !places.length) missing.lines = t("credit.noLine");
    setWrong(missing);
    if (Object.keys(missing).length) return;
    setBusy(true);
    setFailure(null);
    try {
      const { data } = await call<CreditNote>("PUT", urls.getWriteCreditNoteUrl(account, invoice.id), { body: { ...wantedBack(way, amount, chosen), reason: reason.trim(), key } });
      await client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[2] === "invoices" || queryKey[2] === "ledgers" });
      tellDone(t("credit.done", { number: data.label, amount: show(data.amount) }));
      onClose();
    } catch (error) {
      if (error instanceof Problem && Object.keys(error.fields).length) setWrong(error.fields);
      else setFailure(t(`ui:${explanation(error)}`));
      setBusy(false);
    }
  };
  // The API counts the lines that were sent; the form knows them by their place on the invoice.
  const lineError = (at: number) => wrong[`lines.${places.indexOf(at)}.amount`] ?? wrong[`lines.${places.indexOf(at)}.line`];
  return (
    <Dialog opened onClose={onClose} title={t("credit.title", { number: invoice.label })} size={560}>
      <form
        className={form.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        <p className={form.help}>{t("credit.help", { amount: show(creditable) })}</p>
        <SegmentedControl fullWidth aria-label={t("credit.way")} value={way} onChange={(value) => setWay(value as Way)} data={WAYS.map((value) => ({ value, label: t(`credit.${value}`) }))} />
        {way === "amount" && <NumberInput label={t("amount")} description={t("credit.amountHelp")} min={0} max={creditable} clampBehavior="none" decimalScale={6} value={amount} onChange={(value) => setAmount(String(value))} error={wrong.amount} />}
        {way === "lines" && (
          <fieldset className={classes.back}>
            <legend>{t("credit.linesHelp")}</legend>
            {holding.map(({ at, text, left }) => (
              <div key={at} className={classes.backLine}>
                <Checkbox label={text} description={t("credit.left", { amount: show(Number(left)) })} checked={at in chosen} onChange={(event) => setChosen(({ [at]: _old, ...others }) => (event.currentTarget.checked ? { ...others, [at]: String(Number(left)) } : others))} />
                {at in chosen && <NumberInput aria-label={t("credit.of", { text })} min={0} clampBehavior="none" decimalScale={6} value={chosen[at]} onChange={(value) => setChosen((now) => ({ ...now, [at]: String(value) }))} error={lineError(at)} />}
              </div>
            ))}
          </fieldset>
        )}
        {wrong.lines && (
          <p className={form.failure} role="alert">
            {wrong.lines}
          </p>
        )}
        <TextInput label={t("credit.reason")} description={t("credit.reasonHelp")} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={500} error={wrong.reason} />
        {(failure ?? wrong.whole) && (
          <p className={form.failure} role="alert">
            {failure ?? wrong.whole}
          </p>
        )}
        <div className={form.buttons}>
          <Button variant="default" onClick={onClose}>
            {t("ui:cancel")}
          </Button>
          <Button type="submit" loading={busy}>
            {t("credit.make")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** The notes of an invoice, the first first; nothing when there are none. */
export function Notes({ account, notes, currency }: { account: string; notes: CreditNote[]; currency: string }) {
  const { t, i18n } = useTranslation("invoices");
  if (!notes.length) return null;
  const day = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeZone: "UTC" });
  const fetchPdf = ({ id, label }: CreditNote) => {
    blob(urls.getGetCreditNotePdfUrl(account, id)).then((file) => save(fileName("credit-note", label, "pdf"), file), tellFailure);
  };
  return (
    <section className={classes.notes} aria-labelledby="credit-notes">
      <h3 id="credit-notes">{t("credit.notes")}</h3>
      <ul>
        {notes.map((note) => (
          <li key={note.id}>
            <span>
              {t("credit.one", { number: note.label })}
              <span className={classes.when}>{`${day.format(new Date(note.issued))} · ${note.reason}`}</span>
            </span>
            <span className="tabular">{exactMoney(note.amount, currency, i18n.language)}</span>
            <Button variant="subtle" size="compact-sm" leftSection={<IconFileTypePdf size={14} stroke={1.6} />} aria-label={t("credit.pdf", { number: note.label })} onClick={() => fetchPdf(note)}>
              PDF
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** An invoice to read: whose it is, what stands on it, and what it comes to. */
import { Button } from "@mantine/core";
import { IconFileTypePdf, IconReceiptRefund, IconTable } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";

import { blob, urls } from "@/api";
import { ErrorState } from "@/ui/error-state";
import { tellFailure } from "@/ui/failed";
import { save } from "@/ui/list/download";
import { Only } from "@/ui/may";
import { exactMoney, money } from "@/ui/money";
import { Skeleton } from "@/ui/skeleton";

import { Credit, Notes } from "./-credit";
import { addressLines, due, fileName, type Invoice, invoiceQuery, issuerLines, type Item, type Line, minutesOf } from "./-invoice";
import classes from "./-invoices.module.css";

/** One that was issued, with its files. */
export function Issued({ account, id, sent }: { account: string; id: string; sent: boolean }) {
  const { t } = useTranslation("invoices");
  const invoice = useQuery(invoiceQuery(account, id));
  const [busy, setBusy] = useState<"pdf" | "csv" | null>(null);
  const [giving, setGiving] = useState(false);
  if (invoice.error) return <ErrorState error={invoice.error} onRetry={() => void invoice.refetch()} />;
  if (!invoice.data) return <Skeleton width={240} />;
  const { label = "" } = invoice.data;
  const fetchFile = async (kind: "pdf" | "csv") => {
    setBusy(kind);
    try {
      save(fileName("invoice", label, kind), await blob(kind === "pdf" ? urls.getGetInvoicePdfUrl(account, id) : `${urls.getGetInvoiceUrl(account, id)}?accept=text/csv`));
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(null);
    }
  };
  return (
    <>
      <div className={classes.files}>
        <Button variant="default" leftSection={<IconFileTypePdf size={16} stroke={1.6} />} loading={busy === "pdf"} onClick={() => void fetchFile("pdf")}>
          {t("pdf")}
        </Button>
        <Button variant="default" leftSection={<IconTable size={16} stroke={1.6} />} loading={busy === "csv"} onClick={() => void fetchFile("csv")}>
          {t("csv")}
        </Button>
        {sent && (
          <Only may="credit_notes.create">
            <Button variant="default" leftSection={<IconReceiptRefund size={16} stroke={1.6} />} disabled={!invoice.data.creditable} onClick={() => setGiving(true)}>
              {t("credit.open")}
            </Button>
          </Only>
        )}
      </div>
      <Notes account={account} notes={invoice.data.credit_notes ?? []} currency={invoice.data.currency} />
      <Paper invoice={invoice.data} />
      {giving && <Credit account={account} invoice={{ ...invoice.data, id }} onClose={() => setGiving(false)} />}
    </>
  );
}

export function Paper({ invoice }: { invoice: Invoice }) {
  const { t, i18n } = useTranslation("invoices");
  const { currency, period, opening, closing, charges, credits, lines, account, issued, issuer, due: by } = invoice;
  const exact = (amount: number) => exactMoney(amount, currency, i18n.language);
  const day = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeZone: "UTC" });
  const minutes = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 });
  const on = (date: string) => day.format(new Date(date));
  return (
    <article>
      <dl className={classes.facts}>
        {issuer && (
          <div>
            <dt>{t("from")}</dt>
            <dd>
              {issuerLines(issuer).map((line, at) => (
                <span key={line} className={at ? classes.address : undefined}>
                  {line}
                </span>
              ))}
            </dd>
          </div>
        )}
        {account && (
          <div>
            <dt>{t("for")}</dt>
            <dd>
              {account.name}
              {addressLines(account.address).map((line) => (
                <span key={line} className={classes.address}>
                  {line}
                </span>
              ))}
            </dd>
          </div>
        )}
        <div>
          <dt>{t("period")}</dt>
          <dd>{day.formatRange(new Date(period.start), new Date(period.end))}</dd>
        </div>
        {issued && (
          <div>
            <dt>{t("issued")}</dt>
            <dd>{on(issued)}</dd>
          </div>
        )}
        <div>
          <dt>{t("due")}</dt>
          <dd className={classes.due}>
            {money(due(closing), currency, i18n.language)}
            {by && due(closing) > 0 && <span className={classes.address}>{t("by", { day: on(by) })}</span>}
          </dd>
        </div>
      </dl>
      <table className={classes.lines}>
        <thead>
          <tr>
            <th scope="col">{t("what")}</th>
            <th scope="col" data-numeric>
              {t("amount")}
            </th>
          </tr>
        </thead>
        <tbody>
          <tr className={classes.balance}>
            <th scope="row">{t("opening")}</th>
            <td data-numeric>{exact(opening)}</td>
          </tr>
          {lines.map((line, at) => (
            // Lines of an invoice have no names of their own and never move.
            // oxlint-disable-next-line react/no-array-index-key
            <Fragment key={at}>
              <tr>
                <th scope="row">
                  {line.text}
                  <Used line={line} />
                  {line.at && <span className={classes.when}>{on(line.at)}</span>}
                </th>
                <td data-numeric>{exact(Number(line.amount))}</td>
              </tr>
              {line.items?.map((item, place) => (
                // oxlint-disable-next-line react/no-array-index-key
                <tr key={place} className={classes.item}>
                  <th scope="row">
                    <Detail item={item} exact={exact} />
                  </th>
                  <td data-numeric>{item.amount === undefined ? "" : exact(Number(item.amount))}</td>
                </tr>
              ))}
            </Fragment>
          ))}
        </tbody>
        <tfoot>
          {([["charges", charges], ["credits", credits], ["closing", closing]] as const).map(([name, amount]) => (
            <tr key={name} data-strong={name === "closing" || undefined}>
              <th scope="row">{t(name)}</th>
              <td data-numeric>{exact(amount)}</td>
            </tr>
          ))}
        </tfoot>
      </table>
      {invoice.bundles?.map((bundle) => (
        <p key={bundle.name} className={classes.bundle}>
          {t("bundle", { name: bundle.name, used: minutes.format(bundle.used / 60), all: minutes.format(bundle.seconds / 60), calls: t("calls", { count: bundle.calls }) })}
        </p>
      ))}
      {[issuer?.terms, issuer?.footer].map((words) => words && <p key={words} className={classes.words}>{words}</p>)}
    </article>
  );
}

function Used({ line }: { line: Line }) {
  const { t, i18n } = useTranslation("invoices");
  if (line.count === undefined) return null;
  const minutes = minutesOf(line);
  const calls = t("calls", { count: line.count });
  return <span className={classes.when}>{minutes === undefined ? calls : t("callsMinutes", { calls, minutes: new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 }).format(minutes) })}</span>;
}

function Detail({ item, exact }: { item: Item; exact: (amount: number) => string }) {
  const { t } = useTranslation("invoices");
  const name = item.name ?? item.item ?? "";
  if (item.before !== undefined && item.after !== undefined) return t("changed", { name, before: item.before, after: item.after });
  if (item.quantity === undefined || item.quantity === null || item.rate === undefined) return name;
  const each = t("each", { name, quantity: item.quantity, rate: exact(Number(item.rate)) });
  return Number(item.discount ?? 0) ? t("discounted", { each, discount: exact(Number(item.discount)) }) : each;
}

/** The question itself: what the change costs each account that one may see the price of, a month and today. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { shownName } from "@/office/plans";

import classes from "./charges.module.css";
import form from "./form/form.module.css";
import { money } from "./money";
import { Dialog } from "./side-panel";

export interface Question {
  charges: unknown;
  answer: (yes: boolean) => void;
}

interface Invoice {
  account_id: string;
  account_name: string;
  currency: string;
  items: { category: string; item: string; name: string; activation_charges: number; changes: { difference: { quantity: number; total: number } } }[];
  summary: { today: number; recurring: number };
}

/** The dialect sends a list of invoices; anything else is shown as a question without figures. */
const invoicesOf = (charges: unknown): Invoice[] => (Array.isArray(charges) ? (charges as Invoice[]).filter((one) => Array.isArray(one?.items)) : []);

export function ChargesDialog({ question: { charges, answer } }: { question: Question }) {
  const { t, i18n } = useTranslation(["ui", "office"]);
  const show = (amount: number, currency: string) => money(amount, currency, i18n.language);
  return (
    <Dialog opened onClose={() => answer(false)} title={t("charges.title")} size={520} closeOnClickOutside={false}>
      {invoicesOf(charges).map(({ account_id: id, account_name: account, currency, items, summary }) => (
        <section key={id} className={classes.invoice}>
          <p>{t("charges.text", { account })}</p>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{t("charges.item")}</th>
                <th scope="col">{t("charges.quantity")}</th>
                <th scope="col">{t("charges.monthly")}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <tr key={`${item.category}/${item.item}`}>
                  <th scope="row">
                    {shownName(item)}
                    {item.activation_charges > 0 && <span className={classes.once}>{t("charges.activation", { amount: show(item.activation_charges, currency) })}</span>}
                  </th>
                  <td>{t("charges.more", { count: item.changes.difference.quantity })}</td>
                  <td>{show(item.changes.difference.total, currency)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <dl className={classes.sums}>
            <div>
              <dt>{t("charges.sumMonthly")}</dt>
              <dd>{show(summary.recurring, currency)}</dd>
            </div>
            <div>
              <dt>{t("charges.sumToday")}</dt>
              <dd>{show(summary.today, currency)}</dd>
            </div>
          </dl>
        </section>
      ))}
      <div className={form.buttons}>
        <Button variant="default" onClick={() => answer(false)}>
          {t("charges.refuse")}
        </Button>
        <Button onClick={() => answer(true)} data-autofocus>
          {t("charges.accept")}
        </Button>
      </div>
    </Dialog>
  );
}

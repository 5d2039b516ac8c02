/** What a change costs each account that one may see the price of, a month and today: the charges of the API's 402. */
import { useTranslation } from "react-i18next";

import { shownName } from "@/office/plans";

import classes from "./charges.module.css";
import { money } from "./money";

export interface Invoice {
  account_id: string;
  account_name: string;
  currency: string;
  items: { category: string; item: string; name: string; activation_charges: number; prorated: number; changes: { difference: { quantity: number; total: number } } }[];
  summary: { today: number; taxes: number; recurring: number };
}

/** The dialect sends a list of invoices; anything else is shown as a question without figures. */
const invoicesOf = (charges: unknown): Invoice[] => (Array.isArray(charges) ? (charges as Invoice[]).filter((one) => Array.isArray(one?.items)) : []);

export function Invoices({ charges }: { charges: unknown }) {
  const { t, i18n } = useTranslation(["ui", "office"]);
  const more = new Intl.NumberFormat(i18n.language, { signDisplay: "exceptZero" });
  const show = (amount: number, currency: string) => money(amount, currency, i18n.language);
  return (
    <>
      {invoicesOf(charges).map(({ account_id: id, account_name: account, currency, items, summary }) => (
        <section key={id} className={classes.invoice}>
          <p>{t("charges.text", { account })}</p>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{t("charges.item")}</th>
                <th scope="col">{t("charges.quantity")}</th>
                <th scope="col">{t("charges.monthly")}</th>
                <th scope="col">{t("charges.today")}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <tr key={`${item.category}/${item.item}`}>
                  <th scope="row">
                    {shownName(item)}
                    {item.activation_charges > 0 && <span className={classes.once}>{t("charges.activation", { amount: show(item.activation_charges, currency) })}</span>}
                  </th>
                  <td>{more.format(item.changes.difference.quantity)}</td>
                  <td>{show(item.changes.difference.total, currency)}</td>
                  <td>{show(item.activation_charges + item.prorated, currency)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <dl className={classes.sums}>
            <div>
              <dt>{t("charges.sumMonthly")}</dt>
              <dd>{show(summary.recurring, currency)}</dd>
            </div>
            {summary.taxes > 0 && (
              <div>
                <dt>{t("charges.sumTaxes")}</dt>
                <dd>{show(summary.taxes, currency)}</dd>
              </div>
            )}
            <div>
              <dt>{t("charges.sumToday")}</dt>
              <dd>{show(summary.today, currency)}</dd>
            </div>
          </dl>
        </section>
      ))}
    </>
  );
}

/** Orders the chosen numbers for an account, and says of each what came of it. */
import { Button, Progress, SegmentedControl } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { accountQuery, explanation } from "@/api";
import { AccountPicker } from "@/office/account-picker";
import form from "@/ui/form/form.module.css";
import { exactMoney } from "@/ui/money";
import { readable } from "@/ui/phone-number";
import { Dialog } from "@/ui/side-panel";
import { StateDot, type Tone } from "@/ui/state-dot";

import classes from "./-buy.module.css";
import { orderNumbers, type Verdict } from "./-order";
import { type Offer, priceOf } from "./-search";

interface Props {
  office: string;
  offers: readonly Offer[];
  onClose: () => void;
  onOrdered: () => void;
  onOrders: () => void;
}

const TONES: Record<Verdict["state"], Tone> = { done: "good", ordered: "warn", failed: "bad" };

export function OrderDialog({ office, offers: given, onClose, onOrdered, onOrders }: Props) {
  const { t, i18n } = useTranslation(["buy", "ui"]);
  const client = useQueryClient();
  // What is ordered stays what was chosen when the question came up.
  const [offers] = useState(given);
  const [to, setTo] = useState<{ id: string; name: string } | null>(() => {
    const self = client.getQueryData(accountQuery(office).queryKey);
    return self ? { id: office, name: self.name } : null;
  });
  const [aside, setAside] = useState(false);
  const [busy, setBusy] = useState(false);
  const [verdicts, setVerdicts] = useState<Verdict[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const price = priceOf(offers);
  const show = (amount: number) => exactMoney(amount, price?.currency ?? "", i18n.language);
  const asked = busy || verdicts.length > 0;
  const go = async () => {
    if (!to) {
      setFailure(t("order.whose"));
      return;
    }
    setBusy(true);
    setFailure(null);
    try {
      await orderNumbers(
        to.id,
        offers.map(({ number }) => number),
        aside,
        (some) => setVerdicts((before) => [...before, ...some]),
      );
      onOrdered();
    } catch (error) {
      setFailure(t(`ui:${explanation(error)}`));
    } finally {
      setBusy(false);
      await client.invalidateQueries({ queryKey: ["account"], predicate: ({ queryKey }) => queryKey.includes("phone_numbers") || queryKey.includes("number_orders") });
      await client.invalidateQueries({ queryKey: ["offers"] });
    }
  };
  return (
    <Dialog opened onClose={onClose} closeOnClickOutside={!busy} closeOnEscape={!busy} size={520} title={t("order.title", { count: offers.length })}>
      <div className={form.form}>
        {!asked && (
          <>
            <AccountPicker label={t("order.for")} description={t("order.forHelp")} top={office} value={to} onChange={setTo} />
            <div>
              <p className={form.label} id="order-state">
                {t("order.then")}
              </p>
              <SegmentedControl
                aria-labelledby="order-state"
                fullWidth
                value={aside ? "aside" : "serve"}
                onChange={(value) => setAside(value === "aside")}
                data={[
                  { value: "serve", label: t("order.serve") },
                  { value: "aside", label: t("order.aside") },
                ]}
              />
              <p className={form.help}>{t(aside ? "order.asideHelp" : "order.serveHelp")}</p>
            </div>
            <p>{price ? t("order.price", { once: show(price.once), monthly: show(price.monthly) }) : t("order.noPrice")}</p>
          </>
        )}
        {failure && (
          <p className={form.failure} role="alert">
            {failure}
          </p>
        )}
        {asked && (
          <div aria-live="polite" className={form.form}>
            {busy && <Progress value={(verdicts.length / offers.length) * 100} aria-label={t("order.progress")} animated />}
            <ul className={classes.verdicts}>
              {verdicts.map(({ number, state, why }) => (
                <li key={number}>
                  <span className="tabular">{readable(number)}</span>
                  <StateDot tone={TONES[state]}>{t(`verdict.${state === "done" && aside ? "aside" : state}`)}</StateDot>
                  {why && <p>{why}</p>}
                </li>
              ))}
            </ul>
          </div>
        )}
        <div className={form.buttons}>
          {asked ? (
            <>
              <Button variant="default" disabled={busy} onClick={onOrders}>
                {t("order.see")}
              </Button>
              <Button disabled={busy} onClick={onClose}>
                {t("ui:close")}
              </Button>
            </>
          ) : (
            <>
              <Button variant="default" onClick={onClose}>
                {t("ui:cancel")}
              </Button>
              <Button onClick={() => void go()}>{t("order.do")}</Button>
            </>
          )}
        </div>
      </div>
    </Dialog>
  );
}

/** Moves an account with all below it under another one (the master's right). */
import { Button, MultiSelect, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Account, call, explanation, Problem, urls, useSession } from "@/api";
import { AccountPicker } from "@/office/account-picker";
import { tellDone } from "@/ui/done";
import form from "@/ui/form/form.module.css";
import { Dialog } from "@/ui/side-panel";

interface Props {
  account: Account;
  opened: boolean;
  onClose: () => void;
  onMoved: () => void;
}

/** The choice to let an account call without paying. */
const FREE = "free";

const namesQuery = (type: string, above: string | undefined, url: (account: string) => string) => ({
  queryKey: ["account", above, type, "list"],
  queryFn: async ({ signal }: { signal: AbortSignal }) => (await call<{ id: string; name: string }[]>("GET", url(above ?? ""), { query: { paginate: false }, signal })).data,
  enabled: above !== undefined,
});

export function MoveAccount({ account, opened, onClose, onMoved }: Props) {
  const { t } = useTranslation(["customer", "ui"]);
  const home = useSession()?.accountId ?? "";
  const [to, setTo] = useState<{ id: string; name: string } | null>(null);
  const [plans, setPlans] = useState<string[]>([]);
  /** Of the new account above; empty: its default one. */
  const [deck, setDeck] = useState<string | null>(null);
  const offered = useQuery({ ...namesQuery("service_plans", to?.id, urls.getListServicePlansUrl) }).data ?? [];
  const decks = useQuery({ ...namesQuery("ratedecks", to?.id, urls.getListRatedecksUrl) }).data ?? [];
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const choose = (above: { id: string; name: string } | null) => {
    setTo(above);
    setPlans([]);
    setDeck(null);
  };
  const go = async () => {
    if (!to) return;
    setBusy(true);
    setFailure(null);
    try {
      await call("POST", urls.getMoveAccountUrl(account.id), { body: { to: to.id, plans, ...(deck && { ratedeck_id: deck === FREE ? null : deck }) } });
      tellDone(t("move.done", { name: account.name, to: to.name }));
      onClose();
      onMoved();
    } catch (error) {
      setFailure((error instanceof Problem && (error.fields.to || error.fields.plans || (error.fields.ratedeck_id && t("move.noDeck", { to: to.name })))) || t(`ui:${explanation(error)}`));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog opened={opened} onClose={onClose} title={t("move.title", { name: account.name })}>
      <div className={form.form}>
        <p>{t("move.what")}</p>
        <AccountPicker label={t("move.to")} top={home} value={to} onChange={choose} />
        {to && (
          <>
            <MultiSelect
              label={t("move.plans", { to: to.name })}
              description={t("move.plansHelp")}
              placeholder={plans.length ? undefined : t(offered.length ? "move.noPlan" : "move.noPlans")}
              disabled={offered.length === 0}
              value={plans}
              onChange={setPlans}
              data={offered.map(({ id, name }) => ({ value: id, label: name }))}
            />
            <Select
              label={t("move.deck")}
              description={t("move.deckHelp")}
              clearable
              placeholder={t("move.byDefault", { to: to.name })}
              value={deck}
              onChange={setDeck}
              data={[...decks.map(({ id, name }) => ({ value: id, label: name })), { value: FREE, label: t("move.free") }]}
            />
          </>
        )}
        {failure && (
          <p className={form.failure} role="alert">
            {failure}
          </p>
        )}
        <div className={form.buttons}>
          <Button variant="default" onClick={onClose}>
            {t("ui:cancel")}
          </Button>
          <Button loading={busy} disabled={!to} onClick={() => void go()}>
            {t("move.do")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

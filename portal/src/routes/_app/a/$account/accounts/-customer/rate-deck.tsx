/** Which rate deck an account pays its calls by: one given to it alone, else its plan's, else the one for all. */
import { Select } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { type Account, call, urls } from "@/api";
import { tellDone } from "@/ui/done";
import { ErrorState } from "@/ui/error-state";
import { tellFailure } from "@/ui/failed";
import { Section } from "@/ui/form/setting";
import page from "@/ui/page.module.css";
import { Skeleton } from "@/ui/skeleton";

import classes from "./customer.module.css";

interface Binding {
  ratedeck_id: string | null;
  in_force: { id: string; name: string; source: "account" | "plan" | "default" } | null;
  /** The deck that its plans name, whatever holds. */
  plan: { id: string; name: string } | null;
  available?: { id: string; name: string; is_default: boolean; rates: number }[];
}

const HOLDS = { account: "deck.holdsAccount", plan: "deck.holdsPlan", default: "deck.holdsDefault" } as const;

export function RateDeck({ account: { id, name } }: { account: Account }) {
  const { t, i18n } = useTranslation(["customer", "ui"]);
  const client = useQueryClient();
  const queryKey = ["account", id, "ratedeck"];
  const binding = useQuery({ queryKey, queryFn: async ({ signal }) => (await call<Binding>("GET", urls.getGetRatedeckInForceUrl(id), { signal })).data });
  if (binding.error) return <ErrorState error={binding.error} onRetry={() => void binding.refetch()} />;
  if (!binding.data) return <Skeleton width={240} />;
  const { ratedeck_id: now, in_force: holds, plan, available = [] } = binding.data;
  const give = async (deck: string | null) => {
    await call("POST", urls.getSetRatedeckUrl(id), { body: { ratedeck_id: deck } });
    await client.invalidateQueries({ queryKey });
  };
  const choose = async (deck: string | null) => {
    try {
      await give(deck);
      tellDone(t("deck.saved", { name }), () => void give(now).catch(tellFailure));
    } catch (error) {
      tellFailure(error);
    }
  };
  const number = new Intl.NumberFormat(i18n.language);
  // A deck that no sheet was read into yet prices nothing.
  const empty = available.find((deck) => deck.id === now && deck.id !== holds?.id);
  /** What the empty field means. */
  const above = plan ? t("deck.byPlan", { deck: plan.name }) : t(available.some((deck) => deck.is_default) ? "deck.byDefault" : "deck.free");
  return (
    <section className={`${page.card} ${classes.card} ${classes.narrow} ${classes.after}`}>
      <Section level={2} title={t("deck.title")} help={[empty && t("deck.empty", { deck: empty.name }), holds ? t(HOLDS[holds.source], { deck: holds.name }) : t("deck.free"), now && plan && t("deck.over", { deck: plan.name })].filter(Boolean).join(" ")}>
        {available.length ? (
          <Select
            label={t("deck.choose")}
            description={t("deck.help")}
            clearable
            searchable
            placeholder={above}
            value={now}
            onChange={(deck) => void choose(deck)}
            data={available.map((deck) => ({ value: deck.id, label: t("deck.option", { deck: deck.name, count: deck.rates, rates: number.format(deck.rates) }) }))}
          />
        ) : (
          <p className={classes.countNote}>
            {t("deck.none")} <RatesLink />
          </p>
        )}
      </Section>
    </section>
  );
}

function RatesLink() {
  const { t } = useTranslation(["customer", "ui"]);
  return (
    <Link to="/a/$account/rates" from="/a/$account/accounts/$customer/" params={(now) => ({ account: now.account })}>
      {t("ui:page.rates")}
    </Link>
  );
}

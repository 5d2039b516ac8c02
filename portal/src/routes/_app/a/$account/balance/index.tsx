/** The account's own money, as its people see it: how calls are paid, what there is, and every entry. */
import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { accountQuery, call, urls } from "@/api";
import { LockNotice } from "@/office/lock";
import { ErrorState } from "@/ui/error-state";
import { money } from "@/ui/money";
import { PageHeader } from "@/ui/page-header";
import { Skeleton } from "@/ui/skeleton";

import { Money } from "../accounts/-customer/money";
import { type Terms, termsOf } from "./-terms";

export const Route = createFileRoute("/_app/a/$account/balance/")({ component: Balance });

function Balance() {
  const { t, i18n } = useTranslation(["balance", "customer"]);
  const { account } = Route.useParams();
  const self = useQuery(accountQuery(account));
  const limits = useQuery({ queryKey: ["account", account, "limits"], queryFn: async ({ signal }) => (await call<Terms>("GET", urls.getGetLimitsUrl(account), { signal })).data }).data;
  const services = useQuery({ queryKey: ["account", account, "services"], queryFn: async ({ signal }) => (await call<{ currency: string }>("GET", urls.getGetServicesUrl(account), { signal })).data }).data;
  const show = (amount: number) => money(amount, services?.currency ?? "USD", i18n.language);
  const terms = limits && services && self.data?.superduper_admin === false ? termsOf(limits).map(({ word, amount }) => t(word, { amount: amount === undefined ? "" : show(amount) })) : [];
  return (
    <>
      <PageHeader title={t("title")} about={terms.join(" ") || t("about")} />
      <LockNotice account={account} name={self.data?.name ?? ""} />
      {self.error && <ErrorState error={self.error} onRetry={() => void self.refetch()} />}
      {self.data ? <Money key={account} account={self.data} /> : !self.error && <Skeleton width={240} />}
    </>
  );
}

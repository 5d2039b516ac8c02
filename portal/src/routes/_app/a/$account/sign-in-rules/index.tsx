/** How the account's own people sign in: what its administrators may set, within what the accounts above allow. */
import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { accountQuery } from "@/api";
import { ErrorState } from "@/ui/error-state";
import { PageHeader } from "@/ui/page-header";
import { Skeleton } from "@/ui/skeleton";

import { EntryTab } from "../accounts/-entry/entry";

export const Route = createFileRoute("/_app/a/$account/sign-in-rules/")({ component: SignInRules });

function SignInRules() {
  const { t } = useTranslation(["entry", "ui"]);
  const { account } = Route.useParams();
  const self = useQuery(accountQuery(account));
  return (
    <>
      <PageHeader title={t("ui:page.sign-in-rules")} about={t("about")} />
      {self.error && <ErrorState error={self.error} onRetry={() => void self.refetch()} />}
      {self.data ? <EntryTab key={account} account={self.data} /> : !self.error && <Skeleton width={240} />}
    </>
  );
}

/** How many calls an account may have at once, and how its calls are paid. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { type Account, call, urls } from "@/api";
import { type Limits, LimitsFields, useLimitLabels } from "@/office/limits-fields";
import { ErrorState } from "@/ui/error-state";
import { mergePatch } from "@/ui/form/draft";
import { SaveBar } from "@/ui/form/save-bar";
import { Form } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import page from "@/ui/page.module.css";
import { Skeleton } from "@/ui/skeleton";

import classes from "./customer.module.css";

export function CustomerLimits({ account: { id } }: { account: Account }) {
  const limits = useQuery({
    queryKey: ["account", id, "limits"],
    queryFn: async ({ signal }) => (await call<Limits & { id?: string }>("GET", urls.getGetLimitsUrl(id), { signal })).data,
  });
  if (limits.error) return <ErrorState error={limits.error} onRetry={() => void limits.refetch()} />;
  return limits.data ? <Loaded account={id} limits={limits.data} /> : <Skeleton width={240} />;
}

function Loaded({ account, limits }: { account: string; limits: Limits }) {
  const { t } = useTranslation(["office", "customer"]);
  const draft = useDraft<{ limits: Limits }>({ limits });
  return (
    <section className={`${page.card} ${classes.card} ${classes.narrow}`}>
      <Form label={t("customer:tab.limits")}>
        <LimitsFields draft={draft} path="limits" level={2} />
        <SaveBar
          account={account}
          draft={draft}
          labels={useLimitLabels("limits")}
          apply={async (from, to) => {
            await call("PATCH", urls.getPatchLimitsUrl(account), { body: mergePatch(from.limits, to.limits) });
          }}
          effect={t("limits.saved")}
        />
      </Form>
    </section>
  );
}

/** What the next invoice of an account says so far: it is made by itself when the month is over. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { AccountPicker } from "@/office/account-picker";
import { ErrorState } from "@/ui/error-state";
import form from "@/ui/form/form.module.css";
import { Skeleton } from "@/ui/skeleton";

import { previewQuery } from "./-invoice";
import { Paper } from "./-paper";

export function Next({ office }: { office: string }) {
  const { t } = useTranslation("invoices");
  const [account, setAccount] = useState<{ id: string; name: string } | null>(null);
  return (
    <div className={form.form}>
      <p className={form.help}>{t("next.help")}</p>
      <AccountPicker label={t("next.account")} top={office} value={account} onChange={setAccount} />
      {account && <SoFar key={account.id} {...account} />}
    </div>
  );
}

/** Of one account. */
export function SoFar({ id, name }: { id: string; name: string }) {
  const { t } = useTranslation("invoices");
  const found = useQuery(previewQuery(id));
  if (found.error) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (found.data === undefined) return <Skeleton width={240} />;
  return found.data ? <Paper invoice={found.data} /> : <p aria-live="polite">{t("next.nothing", { name })}</p>;
}
